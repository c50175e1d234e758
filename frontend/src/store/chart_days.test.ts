import { expect, test } from "vitest";
import { dayAfter, dayOf, mondayOf, weekAfter, weekOf } from "./chart_days.ts";

test.each([
  ["2025-12-04", 1, "2025-12-05"],
  ["2025-12-31", 1, "2026-01-01"],
  ["2024-03-01", -1, "2024-02-29"],
  // A day of 23 hours in Europe.
  ["2025-03-30", 1, "2025-03-31"],
])("%s and %i days is %s", (day, days, other) => {
  expect(dayAfter(day, days)).toBe(other);
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
  expect(mondayOf(week) <= day && day <= dayAfter(mondayOf(week), 6)).toBe(true);
});

test("weeks follow each other over the end of years, of those with 53 weeks too", () => {
  expect(weekAfter("2020-W53", 1)).toBe("2021-W01");
  expect(weekAfter("2026-W01", -1)).toBe("2025-W52");
  expect(mondayOf("2025-W49")).toBe("2025-12-01");
});

test("a moment is a day of UTC", () => {
  expect(dayOf(Date.parse("2025-12-04T23:59:59Z"))).toBe("2025-12-04");
});
