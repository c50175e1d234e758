import { describe, expect, it } from "vitest";
import type { CountOnDay } from "../../../generated/api.ts";
import { countsByDay, genresOf, ranksAt, ranksByDay } from "./daily_series.ts";

const counted = (
  date: string,
  count: number | null,
  status: CountOnDay["status"] = "ok",
  delta: number | null = null,
) => ({
  date,
  count,
  delta,
  status,
});
const history = (...historical: ReturnType<typeof counted>[]) => ({
  current: null,
  last_updated: null,
  historical,
});
const ranked = (genre: string, date: string, rank: number, services: Record<string, number> = {}) => ({
  genre,
  date,
  rank,
  services,
  older_lists: {} as Record<string, string>,
});

describe("counts by day", () => {
  it("have a gap for a doubtful day, and what was reported of it", () => {
    const days = countsByDay(
      history(
        counted("2025-03-01", 100),
        counted("2025-03-02", 9_000, "anomaly", 8_900),
        counted("2025-03-03", 100, "stale"),
        counted("2025-03-04", null, "stale"),
      ),
    );
    expect(days.map(({ value, reported, delta, status }) => [value, reported, delta, status])).toEqual([
      [100, 100, null, "ok"],
      [null, 9_000, null, "anomaly"],
      [null, 100, null, "stale"],
      [null, null, null, "stale"],
    ]);
  });

  it("have a missing day where the server has none", () => {
    const days = countsByDay(history(counted("2025-02-27", 5), counted("2025-03-02", 8)));
    expect(days.map(({ date, status }) => [date, status])).toEqual([
      ["2025-02-27", "ok"],
      ["2025-02-28", "missing"],
      ["2025-03-01", "missing"],
      ["2025-03-02", "ok"],
    ]);
  });

  it("have a change with the days that it is over, unless it began before", () => {
    const days = countsByDay(
      history(
        counted("2025-03-01", 100, "ok", 7),
        counted("2025-03-02", 110, "ok", 10),
        counted("2025-03-04", 150, "ok", 40),
      ),
    );
    expect(days.map(({ delta, deltaDays }) => [delta, deltaDays])).toEqual([
      [null, 0],
      [10, 1],
      [null, 1],
      [40, 2],
    ]);
  });

  it("keep a count of zero", () => {
    expect(countsByDay(history(counted("2025-03-01", 0)))[0]).toMatchObject({ value: 0, status: "ok" });
  });
});

describe("ranks by day", () => {
  const ranks = [
    ranked("pop", "2025-03-01", 4),
    ranked("rap", "2025-03-02", 9),
    ranked("pop", "2025-03-03", 2),
  ];

  it("are of one genre, with a gap while it was not on the chart", () => {
    const chart_days = { pop: ["2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04"], rap: ["2025-03-02"] };
    expect(genresOf(ranks)).toEqual(["pop", "rap"]);
    expect(ranksByDay({ ranks, chart_days }, "pop").map(({ date, value }) => [date, value])).toEqual([
      ["2025-03-01", 4],
      ["2025-03-02", null],
      ["2025-03-03", 2],
      ["2025-03-04", null],
    ]);
  });

  it("have a gap on days without a chart, too, and list which lists were older", () => {
    const older = { ...ranked("pop", "2025-03-03", 2), older_lists: { spotify: "2025-03-01" } };
    const weeks = {
      ranks: [ranked("pop", "2025-03-01", 4), older],
      chart_days: { pop: ["2025-03-01", "2025-03-03"] },
    };
    expect(ranksByDay(weeks, "pop")).toEqual([
      { date: "2025-03-01", value: 4, isChart: true, olderLists: {} },
      { date: "2025-03-02", value: null, isChart: false, olderLists: {} },
      { date: "2025-03-03", value: 2, isChart: true, olderLists: { spotify: "2025-03-01" } },
    ]);
  });
});

describe("a place at a service", () => {
  it("is the last one of each genre", () => {
    const ranks = [
      ranked("pop", "2025-03-01", 4, { spotify: 7 }),
      ranked("pop", "2025-03-02", 4, { spotify: 5, soundcloud: 1 }),
      ranked("pop", "2025-03-03", 4, { soundcloud: 2 }),
      { ...ranked("rap", "2025-03-03", 4, { spotify: 9 }), older_lists: { spotify: "2025-03-01" } },
    ];
    expect(ranksAt("spotify", { ranks })).toEqual([
      { genre: "pop", date: "2025-03-02", rank: 5, listDate: null },
      { genre: "rap", date: "2025-03-03", rank: 9, listDate: "2025-03-01" },
    ]);
    expect(ranksAt("youtube", { ranks })).toEqual([]);
  });
});
