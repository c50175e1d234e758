import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ME = { id: 7, username: "ada", email: "", profile: {}, date_joined: "" };

function recommendation(id: number, track: number | null = id * 10) {
  const told = { id: track, title: `Track ${id}`, artist: "Ada", duration_seconds: 60, cover_url: null };
  return { id, rank: id, score: 1, track: told, reasons: [{ kind: "popular", text: "Popular" }] };
}

interface Call {
  path: string;
  body: unknown;
  key: string | null;
}

let calls: Call[];
let status: number;
let discover: typeof import("./discover.ts");
let account: typeof import("./account.ts");
let stop: () => void;

async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  const path = new URL(address, location.href).pathname;
  const body = init.body ? JSON.parse(String(init.body)) : null;
  calls.push({ path, body, key: new Headers(init.headers).get("Idempotency-Key") });
  if (status === 0) throw new TypeError("no network");
  const recommendations = [1, 2, 3].map((id) => recommendation(id));
  const answer = status < 400 ? { generated_at: "", stale: false, recommendations } : { error: {} };
  return new Response(JSON.stringify(answer), { status });
}

const told = () => calls.filter(({ path }) => path === "/api/analytics/activity/");
const shown = () => discover.offered.value.map(({ id }) => id);
const first = () => {
  const [one] = discover.offered.value;
  if (!one) throw new Error("nothing is offered");
  return one;
};

beforeEach(async () => {
  [calls, status] = [[], 200];
  localStorage.clear();
  vi.stubGlobal("fetch", vi.fn(ask));
  vi.resetModules();
  [discover, account] = [await import("./discover.ts"), await import("./account.ts")];
  account.takeAccount(ME as never);
  stop = discover.followRecommendations();
  await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3]));
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

test("it comes back where it could not be told, and is told once all the same", async () => {
  status = 0;
  await expect(discover.say("dislike", first())).rejects.toMatchObject({ code: "NO_ANSWER" });
  expect(shown()).toEqual([1, 2, 3]);
  status = 200;
  await discover.say("dislike", first());
  const [before, after] = told();
  expect(before?.key).toBeTruthy();
  expect(after?.key).toBe(before?.key);
});

test("what is recommended to the room is told by its track", async () => {
  discover.whose.value = "room";
  await vi.waitFor(() => expect(calls.at(-1)?.path).toBe("/api/rooms/main/recommendations/"));
  await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3]));
  await discover.say("like", first());
  expect(told()).toMatchObject([{ body: { track_id: 10, activity_type: "like" } }]);
});

test("another person gets another list, and nobody gets none", async () => {
  await discover.say("like", first());
  account.takeAccount(null);
  expect(shown()).toEqual([]);
  expect(discover.opinions.value.size).toBe(0);
  calls = [];
  account.takeAccount({ ...ME, id: 8 } as never);
  await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3]));
  expect(calls.map(({ path }) => path)).toEqual(["/api/recommendations/me/"]);
});
