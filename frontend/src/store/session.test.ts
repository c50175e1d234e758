import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ADA = { id: 7, username: "ada", email: "ada@tutti.example", profile: {}, date_joined: "" };
const FACTS = { username: "ada", email: "ada@tutti.example", password: "a long pass phrase" };
const TOKENS = { access: "secret access", refresh: "secret refresh" };

type Answer = { status: number; body?: object; headers?: Record<string, string> };

/** What the server says to each; everything else it does not know. */
let answers: Record<string, Answer>;
let asked: string[];
let keys: (string | null)[];
let isAway: boolean;

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const name = `${init.method ?? "GET"} ${new URL(path, location.href).pathname}`;
  asked.push(name);
  keys.push(new Headers(init.headers).get("Idempotency-Key"));
  if (isAway) throw new TypeError("no network");
  const { status, body = {}, headers = {} } = answers[name] ?? { status: 404 };
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

async function newPage() {
  vi.resetModules();
  // The cookie of a session stays with the server's own page.
  vi.stubEnv("VITE_API_BASE_URL", location.origin);
  const words = await import("../words/index.ts");
  await words.speak("en");
  await words.loadLaterWords();
  const [session, account, guest] = [
    await import("./session.ts"),
    await import("./account.ts"),
    await import("./guest.ts"),
  ];
  return { ...session, ...account, ...guest };
}

const refused = (status: number, code: string): Answer => ({ status, body: { error: { code } } });

beforeEach(() => {
  localStorage.clear();
  [asked, keys, isAway] = [[], [], false];
  answers = {
    "POST /api/users/": { status: 201, body: { ...ADA, ...TOKENS } },
    "POST /api/auth/session/": { status: 200, body: ADA },
    "DELETE /api/auth/session/": { status: 204 },
    "GET /api/users/me/": { status: 200, body: ADA },
    "POST /api/guests/": { status: 201, body: { guest_id: "g", name: "Bo" } },
  };
  vi.stubGlobal("fetch", vi.fn(ask));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test("an account whose answer was lost is made once", async () => {
  const page = await newPage();
  isAway = true;
  await expect(page.signUp(FACTS)).rejects.toMatchObject({ code: "NO_ANSWER" });
  isAway = false;
  await page.signUp(FACTS);
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
});

test("an account that is made is not made again for want of a session", async () => {
  const page = await newPage();
  answers["POST /api/auth/session/"] = refused(429, "RATE_LIMITED");
  await expect(page.signUp(FACTS)).rejects.toBeInstanceOf(page.MadeButNotSignedIn);
  expect(page.account.value).toBeUndefined();
});

test("who is signed in makes no guest by what they do", async () => {
  const page = await newPage();
  await page.signIn("ada", "a long pass phrase");
  asked = [];
  await page.becomeSomebody();
  page.doubtMe();
  await page.becomeSomebody();
  expect(asked).toEqual(["GET /api/users/me/"]);
});

test("whose session has ended unnoticed acts as a guest", async () => {
  await (await newPage()).signIn("ada", "a long pass phrase");
  answers["GET /api/users/me/"] = refused(401, "NOT_AUTHENTICATED");
  const page = await newPage();
  await page.recogniseMe();
  await page.becomeSomebody();
  expect(page.account.value).toBeNull();
  expect(page.guest.value).toMatchObject({ guest_id: "g" });
});

test("who is told so while asking for their own is signed out", async () => {
  const page = await newPage();
  await page.signIn("ada", "a long pass phrase");
  answers["POST /api/auth/password/"] = refused(401, "NOT_AUTHENTICATED");
  await expect(page.changePassword("a", "b")).rejects.toMatchObject({ status: 401 });
  expect(page.account.value).toBeNull();
});

test("without an answer one stays signed in", async () => {
  const page = await newPage();
  await page.signIn("ada", "a long pass phrase");
  isAway = true;
  await expect(page.signOut()).rejects.toMatchObject({ code: "NO_ANSWER" });
  expect(page.account.value).toEqual(ADA);
});
