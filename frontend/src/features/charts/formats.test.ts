import { afterEach, describe, expect, it, test } from "vitest";
import { language } from "../../locales/index.ts";
import {
  compactNumber,
  compactSigned,
  frameHost,
  shortDayName,
  timeAgo,
  webUrl,
  weekName,
} from "./formats.ts";

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
])("%i ms are written as %s", (milliseconds, expected) => {
  expect(timeAgo(milliseconds)).toBe(expected);
});

test("each language has its own words and signs", () => {
  expect([compactNumber(1_234_567), compactSigned(-1200), compactSigned(0), compactSigned(950)]).toEqual([
    "1.2M",
    "−1.2K",
    "0",
    "+950",
  ]);
  language.value = "de";
  expect(timeAgo(3 * HOUR)).toBe("vor 3 Stunden");
  expect(compactNumber(1_234_567)).toMatch(/^1,2\sMio\.$/);
});

test("a week is written by its first and its last day", () => {
  expect(weekName("2025-12-29")).toMatch(/29.*2025.*4.*2026/);
});

describe("a link to a service", () => {
  it("leads to pages of the web alone", () => {
    expect(webUrl("https://charts.example/a?b=c")).toBe("https://charts.example/a?b=c");
    for (const url of ["", "javascript:alert(1)", "data:text/html,x", "/r/main", "spotify:track:1"])
      expect(webUrl(url)).toBeNull();
  });
});

describe("a frame", () => {
  it("is another's, and by https", () => {
    expect(frameHost("https://open.spotify.com/embed/track/x")).toBe("open.spotify.com");
    for (const url of ["http://open.spotify.com/", "", "javascript:alert(1)", location.href])
      expect(frameHost(url)).toBeNull();
  });
});

it("writes the year of a day that is not of this year", () => {
  const year = new Date().getUTCFullYear();
  expect(shortDayName(`${year}-03-04`)).not.toContain(String(year));
  expect(shortDayName(`${year - 1}-03-04`)).toContain(String(year - 1));
});
