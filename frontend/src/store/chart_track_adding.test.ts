import { beforeEach, expect, test, vi } from "vitest";
import type { ChartLine } from "./chart_query.ts";

const LINE = { rank: 1, isrc: "ZZTST2500001", name: "So What", artist: "Ada" } as ChartLine;
const OF_ROOM = { ...LINE, track_id: 5, votes: 0 } as ChartLine;

let asked: string[];
let status: number;
let chartTrack: typeof import("./chart_track.ts");
let room: typeof import("./room.ts");

async function ask(address: string, { method = "GET" }: RequestInit = {}): Promise<Response> {
  asked.push(`${method} ${new URL(address, "http://localhost").pathname}`);
  if (status === 0) throw new TypeError("no network");
  const track = {
    id: address.includes("/tracks/5/") ? 5 : 9,
    title: "So What",
    artist: "Ada",
    isrc: LINE.isrc,
  };
  return new Response(JSON.stringify(method === "POST" ? { data: track } : track));
}

function questions(): string[] {
  return asked.filter((one) => /\/tracks\//.test(one));
}

const queued = () => room.view.value.items.map(({ track_id }) => track_id);

beforeEach(async () => {
  [asked, status] = [[], 200];
  vi.stubGlobal("fetch", vi.fn(ask));
  vi.stubGlobal(
    "WebSocket",
    class {
      close(): void {}
    },
  );
  vi.resetModules();
  [chartTrack, room] = [await import("./chart_track.ts"), await import("./room.ts")];
  await (await import("../locales/index.ts")).setLanguage("en");
  await room.enterRoom("kitchen");
});

test("a queued track is recognized by its ISRC, without a request", async () => {
  await chartTrack.addChartTrack(LINE);
  asked = [];
  expect(chartTrack.queuePositionOfLine({ ...LINE, rank: 7 }).kind).not.toBe("free");
  expect(await chartTrack.addChartTrack({ ...LINE, rank: 7 })).toBe(false);
  expect(questions()).toEqual([]);
});

test("one that has left the library meanwhile is taken into it again", async () => {
  const { goneTracks } = await import("./add_track.ts");
  await chartTrack.addChartTrack(LINE);
  room.view.value = { ...room.view.value, items: [] };
  goneTracks.value = new Set([9]);
  asked = [];
  await chartTrack.addChartTrack({ isrc: "ZZTST2500001", name: LINE.name, artist: LINE.artist });
  expect(questions()).toEqual([`POST /api/charts/tracks/${LINE.isrc}/library/`]);
});

test("what a room has played is the library's already", async () => {
  expect(await chartTrack.addChartTrack(OF_ROOM)).toBe(true);
  expect(questions()).toEqual(["GET /api/tracks/5/"]);
  expect(queued()).toEqual([5]);
  expect([
    chartTrack.hasLeftLibrary(OF_ROOM),
    chartTrack.hasLeftLibrary({ ...OF_ROOM, track_id: null }),
  ]).toEqual([false, true]);
});
