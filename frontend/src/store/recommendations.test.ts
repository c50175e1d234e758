import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ME = { id: 7, username: "ada", email: "", profile: {}, date_joined: "" };

function recommendation(id: number, track: number | null = id * 10) {
  const libraryTrack = {
    id: track,
    title: `Track ${id}`,
    artist: "Ada",
    duration_seconds: 60,
    cover_url: null,
  };
  return { id, rank: id, score: 1, track: libraryTrack, reasons: [{ kind: "popular", text: "Popular" }] };
}

interface Call {
  path: string;
  body: unknown;
  key: string | null;
}

let calls: Call[];
let status: number;
let discover: typeof import("./recommendations.ts");
let account: typeof import("./identity.ts");
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

const recorded = () => calls.filter(({ path }) => path === "/api/analytics/activity/");
const shown = () => discover.visibleRecommendations.value.map(({ id }) => id);
const first = () => {
  const [one] = discover.visibleRecommendations.value;
  if (!one) throw new Error("nothing is offered");
  return one;
};

beforeEach(async () => {
  [calls, status] = [[], 200];
  localStorage.clear();
  vi.stubGlobal("fetch", vi.fn(ask));
  vi.resetModules();
  [discover, account] = [await import("./recommendations.ts"), await import("./identity.ts")];
  account.setAccount(ME as never);
  stop = discover.followRecommendations();
  await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3]));
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

test("it comes back if it could not be saved, and is saved once all the same", async () => {
  status = 0;
  await expect(discover.saveOpinion("dislike", first())).rejects.toMatchObject({ code: "NO_RESPONSE" });
  expect(shown()).toEqual([1, 2, 3]);
  status = 200;
  await discover.saveOpinion("dislike", first());
  const [before, after] = recorded();
  expect(before?.key).toBeTruthy();
  expect(after?.key).toBe(before?.key);
});

test("an opinion of the room's recommendation names its track", async () => {
  discover.listScope.value = "room";
  await vi.waitFor(() => expect(calls.at(-1)?.path).toBe("/api/rooms/main/recommendations/"));
  await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3]));
  await discover.saveOpinion("like", first());
  expect(recorded()).toMatchObject([{ body: { track_id: 10, activity_type: "like" } }]);
});

test("another user gets another list, and without a user there is none", async () => {
  await discover.saveOpinion("like", first());
  account.setAccount(null);
  expect(shown()).toEqual([]);
  expect(discover.opinions.value.size).toBe(0);
  calls = [];
  account.setAccount({ ...ME, id: 8 } as never);
  await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3]));
  expect(calls.map(({ path }) => path)).toEqual(["/api/recommendations/me/"]);
});
