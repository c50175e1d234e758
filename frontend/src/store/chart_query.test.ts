import { describe, expect, it, test } from "vitest";
import {
  addDays,
  addWeeks,
  type ChartLine,
  chartUrl,
  dayOf,
  mondayOf,
  parseChartUrl,
  sortedLines,
  weekOf,
} from "./chart_query.ts";

describe("the address of a chart", () => {
  it.each([
    ["/jazz", { of: "jazz", when: "", isrc: "" }],
    ["/this-room/2026-W47", { of: "this-room", when: "2026-W47", isrc: "" }],
    ["/r%26b/2026-11-22/track/USUM71703861", { of: "r&b", when: "2026-11-22", isrc: "USUM71703861" }],
    ["/pop/track/USUM71703861", { of: "pop", when: "", isrc: "USUM71703861" }],
  ])("%s is read and written", (tail, said) => {
    expect(parseChartUrl(tail)).toEqual(said);
    expect(chartUrl(said)).toBe(tail);
  });

  it.each(["", "/", "/pop/yesterday", "/%E0%A4%A", "/pop/track/", "pop"])("%s names nothing", (tail) => {
    expect(parseChartUrl(tail).of).toBe("");
  });
});

test.each([
  ["2025-12-04", 1, "2025-12-05"],
  ["2025-12-31", 1, "2026-01-01"],
  ["2024-03-01", -1, "2024-02-29"],
  // A day of 23 hours in Europe.
  ["2025-03-30", 1, "2025-03-31"],
])("%s and %i days is %s", (day, days, other) => {
  expect(addDays(day, days)).toBe(other);
});

test.each([
  ["2025-12-04", "2025-W49"],
  ["2025-12-28", "2025-W52"],
  ["2025-12-29", "2026-W01"],
  ["2021-01-03", "2020-W53"],
  ["2021-01-04", "2021-W01"],
])("%s is in the week %s", (day, week) => {
  expect(weekOf(day)).toBe(week);
  expect(weekOf(mondayOf(week))).toBe(week);
  expect(mondayOf(week) <= day && day <= addDays(mondayOf(week), 6)).toBe(true);
});

test("weeks follow each other over the end of years, of those with 53 weeks too", () => {
  expect(addWeeks("2020-W53", 1)).toBe("2021-W01");
  expect(addWeeks("2026-W01", -1)).toBe("2025-W52");
  expect(mondayOf("2025-W49")).toBe("2025-12-01");
});

test("a moment is a day of UTC", () => {
  expect(dayOf(Date.parse("2025-12-04T23:59:59Z"))).toBe("2025-12-04");
});

function line(rank: number, total: number | null, week: number | null): ChartLine {
  return { rank, plays: { total }, change: { "7d": week } } as ChartLine;
}

const LINES = [line(1, 10, null), line(2, null, 5), line(3, 30, 5), line(4, 0, -7), line(5, null, 80)];
const ranks = (lines: readonly ChartLine[]) => lines.map(({ rank }) => rank);

test("what is not known comes last, and equals stay in the order of their ranks", () => {
  expect(ranks(sortedLines(LINES, "rank"))).toEqual([1, 2, 3, 4, 5]);
  expect(ranks(sortedLines(LINES, "plays"))).toEqual([3, 1, 4, 2, 5]);
  expect(ranks(sortedLines(LINES, "trending"))).toEqual([5, 2, 3, 4, 1]);
});
