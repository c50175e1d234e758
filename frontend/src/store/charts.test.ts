import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const GENRES = [
  { name: "pop", date: "2025-12-04", first_date: "2025-12-01", is_sample: false },
  { name: "rap", date: "2025-12-04", first_date: "2025-12-02", is_sample: false },
];

let charts: typeof import("./charts.ts");
let asked: string[];
let status: number;
/** Holds the next answer about a chart back. */
let hold: Promise<void> | null;

function chartOf(genre: string, date: string) {
  const line = { rank: 1, isrc: "ZZTST2500001", name: `${genre} ${date}`, plays: {}, change: {} };
  return { genre, date, is_sample: false, sources: [], tracks: [line] };
}

async function ask(address: string): Promise<Response> {
  const { pathname, search, searchParams } = new URL(address, "http://localhost");
  asked.push(pathname + search);
  const [code, genres] = [status, structuredClone(GENRES)];
  if (pathname !== "/api/charts/") {
    const held = hold;
    hold = null;
    await held;
  }
  if (code === 0) throw new TypeError("no network");
  if (code === 404 && pathname !== "/api/charts/") {
    return new Response(JSON.stringify({ error: { code: "NOT_FOUND", message: "", details: {} } }), {
      status,
    });
  }
  if (pathname === "/api/charts/") return success({ genres, services: [], ranks: [] });
  if (pathname.endsWith("/chart/")) return success({ ...chartOf("", "2025-12-04"), room: "main", week: "" });
  const genre = pathname.split("/")[3] ?? "";
  return success(chartOf(genre, searchParams.get("date") ?? genres[0]?.date ?? ""));
}

function success(data: object): Response {
  return new Response(JSON.stringify({ status: "success", message: "", data }));
}

async function fresh(): Promise<void> {
  vi.resetModules();
  charts = await import("./charts.ts");
}

const shown = () => charts.shownChart.value.chart?.tracks[0]?.name;

beforeEach(async () => {
  [asked, status, hold] = [[], 200, null];
  localStorage.clear();
  vi.stubGlobal("fetch", vi.fn(ask));
  await fresh();
  await charts.loadCharts();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("what is shown", () => {
  test("is what was chosen, also on the next visit", async () => {
    charts.chooseChart("rap");
    charts.sortChart("trending");
    await fresh();
    expect([charts.chosen.value, charts.order.value]).toEqual(["rap", "trending"]);
  });

  test("is the first genre where the chosen one is no more, and by rank where the order is unknown", async () => {
    charts.chooseChart("polka");
    localStorage.setItem("tutti-chart-order", "loudness");
    await fresh();
    expect([charts.chosen.value, charts.order.value]).toEqual(["pop", "rank"]);
  });

  test("is never older than what was answered before", async () => {
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const slow = charts.loadCharts();
    const pop = GENRES[0] as { date: string };
    pop.date = "2025-12-05";
    await charts.loadCharts();
    pop.date = "2025-12-04";
    expect(shown()).toBe("pop 2025-12-05");
    release();
    await slow;
    expect(shown()).toBe("pop 2025-12-05");
  });
});

describe("without a network", () => {
  test("the last chart stays, and the next visit has it too", async () => {
    status = 0;
    await charts.loadCharts();
    expect(shown()).toBe("pop 2025-12-04");
    expect(charts.shownChart.value.problem).not.toBeNull();
    await fresh();
    await charts.loadCharts();
    expect(shown()).toBe("pop 2025-12-04");
    expect(charts.days.value).toEqual({ first: "2025-12-01", last: "2025-12-04" });
  });

  test("an unreadable cache counts as empty", async () => {
    localStorage.setItem("tutti-charts-2 genre pop ", "{");
    status = 0;
    await fresh();
    await charts.loadCharts();
    expect(shown()).toBeUndefined();
  });
});

describe("days", () => {
  test("are those that there are", async () => {
    expect([charts.dayShown.value, charts.adjacentDay(1), charts.adjacentDay(-1)]).toEqual([
      "2025-12-04",
      null,
      "2025-12-03",
    ]);
    charts.goToDay("2025-12-01");
    await charts.loadCharts();
    expect(asked.at(-1)).toBe("/api/charts/pop/?date=2025-12-01");
    expect([charts.adjacentDay(-1), charts.adjacentDay(1)]).toEqual([null, "2025-12-02"]);
  });

  test.each([
    ["2025-11-01", "2025-12-01"],
    ["2026-01-01", null],
    ["2025-12-04", null],
    ["", null],
  ])("%s leads to the nearest, %s", (wished, day) => {
    charts.goToDay(wished);
    expect(charts.day.value).toBe(day);
    expect(charts.isNewest.value).toBe(day === null);
  });

  test("without a chart of their own are passed over on the way back", async () => {
    charts.goToDay("2025-12-03");
    vi.stubGlobal("fetch", async () => success(chartOf("pop", "2025-12-02")));
    await charts.loadCharts();
    charts.chartIndex.value = { genres: GENRES, services: [], ranks: [] };
    expect(charts.adjacentDay(-1)).toBe("2025-12-01");
    expect(charts.adjacentDay(1)).toBe("2025-12-04");
  });
});

describe("the room's chart", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2025-12-04T12:00:00Z"), toFake: ["Date"] });
    charts.chooseChart(charts.THIS_ROOM);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test("is requested by weeks, up to the current one", async () => {
    expect(charts.weekShown.value).toBe("2025-W49");
    expect([charts.adjacentWeek(1), charts.adjacentWeek(-1)]).toEqual([null, "2025-W48"]);
    charts.goToWeek("2025-W48");
    await charts.loadCharts();
    expect(asked.at(-1)).toBe("/api/rooms/main/chart/?week=2025-W48");
    charts.goToWeek(charts.adjacentWeek(1));
    expect(charts.isNewest.value).toBe(true);
  });

  test("has no weeks before the room", async () => {
    const { room } = await import("./room.ts");
    room.value = { created_at: "2025-11-26T08:00:00Z" } as never;
    charts.goToWeek("2025-W48");
    expect(charts.adjacentWeek(-1)).toBeNull();
  });
});

describe("the address of a chart", () => {
  test("contains what is shown, and changes what is shown", async () => {
    const { setUrlTail, urlTails } = await import("./router.ts");
    charts.chooseChart("rap");
    charts.goToDay("2025-12-03");
    expect(urlTails.value["charts"]).toBe("/rap/2025-12-03");
    charts.openedTrack.value = "ZZTST2500001";
    expect(urlTails.value["charts"]).toBe("/rap/2025-12-03/track/ZZTST2500001");

    setUrlTail("charts", "/pop");
    expect([charts.chosen.value, charts.isNewest.value, charts.openedTrack.value]).toEqual(["pop", true, ""]);
    setUrlTail("charts", "/no-such-genre/track/ZZTST2500001");
    expect([charts.chosen.value, charts.openedTrack.value]).toEqual(["pop", "ZZTST2500001"]);
    expect(urlTails.value["charts"]).toBe("/pop/track/ZZTST2500001");
    setUrlTail("charts", "");
    expect([charts.chosen.value, charts.openedTrack.value]).toEqual(["pop", ""]);
  });
});
