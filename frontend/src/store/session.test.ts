import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ADA = { id: 7, username: "ada", email: "ada@tutti.example", profile: {}, date_joined: "" };
const FACTS = { username: "ada", email: "ada@tutti.example", password: "a long pass phrase" };
const TOKENS = { access: "secret access", refresh: "secret refresh" };

type Answer = { status: number; body?: object; headers?: Record<string, string> };

/** The server's response to each; everything else is unknown. */
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
  const locales = await import("../locales/index.ts");
  await locales.setLanguage("en");
  await locales.loadLazyMessages();
  const [session, account, guest] = [
    await import("./session.ts"),
    await import("./identity.ts"),
    await import("./identity.ts"),
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
  await expect(page.signUp(FACTS)).rejects.toMatchObject({ code: "NO_RESPONSE" });
  isAway = false;
  await page.signUp(FACTS);
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
});

test("an account that is made is not made again for want of a session", async () => {
  const page = await newPage();
  answers["POST /api/auth/session/"] = refused(429, "RATE_LIMITED");
  await expect(page.signUp(FACTS)).rejects.toBeInstanceOf(page.CreatedButNotSignedIn);
  expect(page.account.value).toBeUndefined();
});

test("a signed-in user creates no guest by an action", async () => {
  const page = await newPage();
  await page.signIn("ada", "a long pass phrase");
  asked = [];
  await page.ensureGuest();
  page.invalidateIdentity();
  await page.ensureGuest();
  expect(asked).toEqual(["GET /api/users/me/"]);
});

test("whose session has ended unnoticed acts as a guest", async () => {
  await (await newPage()).signIn("ada", "a long pass phrase");
  answers["GET /api/users/me/"] = refused(401, "NOT_AUTHENTICATED");
  const page = await newPage();
  await page.loadIdentity();
  await page.ensureGuest();
  expect(page.account.value).toBeNull();
  expect(page.guest.value).toMatchObject({ guest_id: "g" });
});

test("a user whose session has ended is signed out by the next request", async () => {
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
  await expect(page.signOut()).rejects.toMatchObject({ code: "NO_RESPONSE" });
  expect(page.account.value).toEqual(ADA);
});
