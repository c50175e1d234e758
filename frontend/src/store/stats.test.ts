import { expect, test } from "vitest";
import { lastDays, localToday } from "./stats.ts";

test("days on which nothing was are days, too", () => {
  const counts = [
    { date: "2025-11-01", count: 9 },
    { date: "2025-11-30", count: 2 },
    { date: "2025-12-02", count: 5 },
  ];
  expect(lastDays(counts, "2025-12-02", 4)).toEqual([
    { date: "2025-11-29", count: 0 },
    { date: "2025-11-30", count: 2 },
    { date: "2025-12-01", count: 0 },
    { date: "2025-12-02", count: 5 },
  ]);
});

test("today is the reader's", () => {
  expect(localToday(new Date(2025, 0, 5, 23, 59))).toBe("2025-01-05");
});

test("no day is missing or repeated where clocks change", () => {
  const days = lastDays([], "2025-11-03", 30).map(({ date }) => date);
  expect(new Set(days).size).toBe(30);
  expect([days[0], days.at(-1)]).toEqual(["2025-10-05", "2025-11-03"]);
});
