import { beforeEach, expect, test, vi } from "vitest";

/** The guest that the server knows by the cookie: one at most. */
let known: { guest_id: string; name: string } | null = null;
let made = 0;
let asked: string[] = [];
let isAway = false;
let breaksOff = false;

async function ask(path: string, { method = "GET", body }: RequestInit = {}): Promise<Response> {
  asked.push(`${method} ${new URL(path, location.href).pathname}`);
  if (isAway) throw new TypeError("no network");
  if (method === "POST") {
    made += 1;
    known = { guest_id: `guest ${made}`, name: "", ...JSON.parse(String(body)) };
  }
  if (method === "PATCH" && known) known = { ...known, ...JSON.parse(String(body)) };
  if (breaksOff) return new Response("");
  return new Response(JSON.stringify(known ?? { error: { code: "NOT_FOUND" } }), {
    status: known ? 200 : 404,
  });
}

async function newPage() {
  vi.resetModules();
  return import("./identity.ts");
}

beforeEach(() => {
  [known, made, asked, isAway, breaksOff] = [null, 0, [], false, false];
  localStorage.clear();
  vi.stubGlobal("fetch", vi.fn(ask));
});

test("a guest unknown to a restored server is created again, with the same name", async () => {
  const { ensureGuest, invalidateIdentity, guest, saveName } = await newPage();
  await saveName("Ada");
  known = null;
  invalidateIdentity();
  await ensureGuest();
  expect(guest.value).toEqual({ guest_id: "guest 2", name: "Ada" });
  await ensureGuest();
  expect(made).toBe(2);
});

test("a known guest is requested once, and stays", async () => {
  const { ensureGuest, invalidateIdentity, guest } = await newPage();
  await ensureGuest();
  invalidateIdentity();
  asked = [];
  await ensureGuest();
  await ensureGuest();
  expect(asked).toEqual(["GET /api/guests/me/"]);
  expect(guest.value?.guest_id).toBe("guest 1");
});

test("an incomplete response changes no identity", async () => {
  const { ensureGuest, invalidateIdentity, guest } = await newPage();
  await ensureGuest();
  invalidateIdentity();
  breaksOff = true;
  await expect(ensureGuest()).rejects.toMatchObject({ code: "NO_RESPONSE" });
  breaksOff = false;
  await ensureGuest();
  expect(guest.value?.guest_id).toBe("guest 1");
});

test("an unknown guest that sets another name is a new guest, after one request", async () => {
  const { ensureGuest, guest, saveName } = await newPage();
  await saveName("Ada");
  known = null;
  asked = [];
  await saveName("Bo");
  expect(asked).toEqual(["PATCH /api/guests/me/", "POST /api/guests/"]);
  expect(guest.value).toEqual({ guest_id: "guest 2", name: "Bo" });
  await ensureGuest();
  expect(made).toBe(2);
});

test("an identity that failed to load is loaded once the connection is back", async () => {
  await (await newPage()).saveName("Ada");
  isAway = true;
  const { guest, loadIdentity, ensureIdentityLoaded } = await newPage();
  await loadIdentity();
  expect(guest.value).toBeUndefined();
  isAway = false;
  ensureIdentityLoaded();
  await vi.waitFor(() => expect(guest.value?.name).toBe("Ada"));
});
