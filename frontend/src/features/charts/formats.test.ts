import { afterEach, expect, test } from "vitest";
import { language } from "../../words/index.ts";
import { ago, short, shortSigned, weekName } from "./formats.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(() => {
  language.value = "en";
});

test.each([
  [0, "1 minute ago"],
  [59 * MINUTE, "59 minutes ago"],
  [HOUR, "1 hour ago"],
  [47 * HOUR, "47 hours ago"],
  [48 * HOUR, "2 days ago"],
  [400 * HOUR, "16 days ago"],
])("%i ms are told as %s", (milliseconds, told) => {
  expect(ago(milliseconds)).toBe(told);
});

test("each language has its own words and signs", () => {
  expect([short(1_234_567), shortSigned(-1200), shortSigned(0), shortSigned(950)]).toEqual([
    "1.2M",
    "−1.2K",
    "0",
    "+950",
  ]);
  language.value = "de";
  expect(ago(3 * HOUR)).toBe("vor 3 Stunden");
  expect(short(1_234_567)).toMatch(/^1,2\sMio\.$/);
});

test("a week is told by its first and its last day", () => {
  expect(weekName("2025-12-29")).toMatch(/29.*2025.*4.*2026/);
});
