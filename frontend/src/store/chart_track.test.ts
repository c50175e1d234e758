import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ISRC = "ZZTUT2500001";
const trackOf = (isrc: string) => ({ isrc, name: "Paper Lantern", services: {}, ranks: [], counts: {} });

let answer: (path: string) => Response | Promise<Response>;
let chart: typeof import("./chart_track.ts");
let room: typeof import("./room.ts");

const said = (data: unknown) => new Response(JSON.stringify({ status: "success", message: "", data }));

beforeEach(async () => {
  answer = (path) => said(trackOf(path.split("/")[4] ?? ""));
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

test("a track is loaded, and dropped at the end", async () => {
  const end = chart.followChartTrack(ISRC);
  await vi.waitFor(() => expect(known()).toBe(ISRC));
  end();
  expect(chart.chartTrack.value).toEqual({ isrc: "", track: null, problem: null });
});

test("a response about another track than the shown one is ignored", async () => {
  const held: (() => void)[] = [];
  answer = (path) =>
    new Promise((done) => {
      held.push(() => done(said(trackOf(path.split("/")[4] ?? ""))));
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

test("failed requests are repeated once the connection is back, and what is known stays", async () => {
  answer = () => Promise.reject(new TypeError("no network"));
  const end = chart.followChartTrack(ISRC);
  await vi.waitFor(() => expect(chart.chartTrack.value.problem).not.toBeNull());
  answer = () => said(trackOf(ISRC));
  room.view.value = { ...room.view.value, connection: { kind: "live" } as never };
  await vi.waitFor(() => expect(known()).toBe(ISRC));
  expect(chart.chartTrack.value.problem).toBeNull();
  end();
});
