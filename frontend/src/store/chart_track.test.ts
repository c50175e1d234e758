import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ISRC = "ZZTUT2500001";
const library = { id: 71, title: "Paper Lantern", artist: "Vera", isrc: ISRC, duration_seconds: null };
const told = (isrc: string) => ({ isrc, name: "Paper Lantern", services: {}, ranks: [], counts: {} });

let calls: string[];
let answer: (path: string, method: string) => Response | Promise<Response>;
let chart: typeof import("./chart_track.ts");
let room: typeof import("./room.ts");

const said = (data: unknown, status = 200) =>
  new Response(JSON.stringify({ status: "success", message: "", data }), { status });
const missing = () => new Response(JSON.stringify({ error: { code: "NOT_FOUND" } }), { status: 404 });

beforeEach(async () => {
  calls = [];
  answer = (path, method) => said(method === "POST" ? library : told(path.split("/")[4] ?? ""));
  vi.stubGlobal(
    "fetch",
    vi.fn((address: string, init: RequestInit = {}) => {
      const { pathname } = new URL(address, location.href);
      calls.push(`${init.method ?? "GET"} ${pathname}`);
      return Promise.resolve(answer(pathname, init.method ?? "GET"));
    }),
  );
  vi.resetModules();
  [chart, room] = [await import("./chart_track.ts"), await import("./room.ts")];
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const known = () => chart.chartTrack.value.track?.isrc;

test("a track is asked for, and forgotten with the end of it", async () => {
  const end = chart.followChartTrack(ISRC);
  await vi.waitFor(() => expect(known()).toBe(ISRC));
  end();
  expect(chart.chartTrack.value).toEqual({ isrc: "", track: null, problem: null });
});

test("an answer about another track than the one that is looked at is let go", async () => {
  const held: (() => void)[] = [];
  answer = (path) =>
    new Promise((done) => {
      held.push(() => done(said(told(path.split("/")[4] ?? ""))));
    });
  const endFirst = chart.followChartTrack(ISRC);
  const endSecond = chart.followChartTrack("ZZTUT2500002");
  endFirst();
  held[1]?.();
  await vi.waitFor(() => expect(known()).toBe("ZZTUT2500002"));
  held[0]?.();
  await new Promise((done) => setTimeout(done));
  expect(known()).toBe("ZZTUT2500002");
  endSecond();
});

test("what failed is asked for again once the line is back, and what is known is kept meanwhile", async () => {
  answer = () => Promise.reject(new TypeError("no network"));
  const end = chart.followChartTrack(ISRC);
  await vi.waitFor(() => expect(chart.chartTrack.value.problem).not.toBeNull());
  answer = () => said(told(ISRC));
  room.view.value = { ...room.view.value, connection: { kind: "live" } as never };
  await vi.waitFor(() => expect(known()).toBe(ISRC));
  expect(chart.chartTrack.value.problem).toBeNull();
  end();
});

test("the library takes it over once, however often it is pressed", async () => {
  const items: unknown[] = [];
  const added = vi.spyOn(room, "addTrack");
  added.mockImplementation((track) => {
    items.push(track);
    return "op";
  });
  expect(chart.chartStanding(ISRC).kind).toBe("free");
  const adding = chart.addOfChart(ISRC);
  expect(chart.chartStanding(ISRC)).toEqual({ kind: "pending", place: 1 });
  expect(await chart.addOfChart(ISRC)).toBe(false);
  expect(await adding).toBe(true);
  expect(items).toEqual([library]);
  expect(calls).toEqual([`POST /api/charts/tracks/${ISRC}/library/`]);
});

test("one that is in the queue, whoever added it, is known by its ISRC", async () => {
  const item = { key: "a", track_id: 71, track: library, pending: [] };
  room.view.value = { ...room.view.value, items: [item as never] };
  expect(chart.chartStanding(ISRC)).toEqual({ kind: "queued", place: 1 });
  expect(chart.libraryTrackOf(ISRC)).toEqual(library);
});

test("where the library cannot take it, it is free again, and the reason is told", async () => {
  answer = missing;
  await expect(chart.addOfChart(ISRC)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(chart.chartStanding(ISRC)).toEqual({ kind: "free" });
});
