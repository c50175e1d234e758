import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ISRC = "ZZTUT2500001";
const told = (isrc: string) => ({ isrc, name: "Paper Lantern", services: {}, ranks: [], counts: {} });

let answer: (path: string) => Response | Promise<Response>;
let chart: typeof import("./chart_track.ts");
let room: typeof import("./room.ts");

const said = (data: unknown) => new Response(JSON.stringify({ status: "success", message: "", data }));

beforeEach(async () => {
  answer = (path) => said(told(path.split("/")[4] ?? ""));
  vi.stubGlobal(
    "fetch",
    vi.fn((address: string) => Promise.resolve(answer(new URL(address, location.href).pathname))),
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
