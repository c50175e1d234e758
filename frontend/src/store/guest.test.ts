import { beforeEach, expect, test, vi } from "vitest";

/** Those whom the server knows, as by the cookie: one at most. */
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
  return import("./guest.ts");
}

beforeEach(() => {
  [known, made, asked, isAway, breaksOff] = [null, 0, [], false, false];
  localStorage.clear();
  vi.stubGlobal("fetch", vi.fn(ask));
});

test("whom a restored server has forgotten becomes a guest again, by the same name", async () => {
  const { becomeSomebody, doubtMe, guest, takeName } = await newPage();
  await takeName("Ada");
  known = null;
  doubtMe();
  await becomeSomebody();
  expect(guest.value).toEqual({ guest_id: "guest 2", name: "Ada" });
  await becomeSomebody();
  expect(made).toBe(2);
});

test("whom it has not forgotten is asked for once, and stays", async () => {
  const { becomeSomebody, doubtMe, guest } = await newPage();
  await becomeSomebody();
  doubtMe();
  asked = [];
  await becomeSomebody();
  await becomeSomebody();
  expect(asked).toEqual(["GET /api/guests/me/"]);
  expect(guest.value?.guest_id).toBe("guest 1");
});

test("an answer that breaks off makes nobody another person", async () => {
  const { becomeSomebody, doubtMe, guest } = await newPage();
  await becomeSomebody();
  doubtMe();
  breaksOff = true;
  await expect(becomeSomebody()).rejects.toMatchObject({ code: "NO_ANSWER" });
  breaksOff = false;
  await becomeSomebody();
  expect(guest.value?.guest_id).toBe("guest 1");
});

test("who was forgotten unnoticed and takes another name is a new guest, after one question", async () => {
  const { becomeSomebody, guest, takeName } = await newPage();
  await takeName("Ada");
  known = null;
  asked = [];
  await takeName("Bo");
  expect(asked).toEqual(["PATCH /api/guests/me/", "POST /api/guests/"]);
  expect(guest.value).toEqual({ guest_id: "guest 2", name: "Bo" });
  await becomeSomebody();
  expect(made).toBe(2);
});

test("who could not be recognised at first is once the line is there", async () => {
  await (await newPage()).takeName("Ada");
  isAway = true;
  const { guest, recogniseMe, recogniseMeAtLast } = await newPage();
  await recogniseMe();
  expect(guest.value).toBeUndefined();
  isAway = false;
  recogniseMeAtLast();
  await vi.waitFor(() => expect(guest.value?.name).toBe("Ada"));
});
