/** Numbers, days and ages as charts show them. */

import { language } from "../../words/index.ts";
import { regionOf } from "../../words/numbers.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_DAYS = 7;
/** By the length that it is told from; the first counts whose length has passed. */
const UNITS = [
  ["day", DAY_MS],
  ["hour", HOUR_MS],
  ["minute", MINUTE_MS],
] as const;

/** 1.2M */
export function short(value: number): string {
  return new Intl.NumberFormat(language.value, { notation: "compact", maximumFractionDigits: 1 }).format(
    value,
  );
}

/** +12.3K, −400 */
export function shortSigned(value: number): string {
  return new Intl.NumberFormat(language.value, {
    notation: "compact",
    maximumFractionDigits: 1,
    signDisplay: "exceptZero",
  })
    .format(value)
    .replace("-", "−");
}

/** 3 hours ago; what is nearer than a minute counts as one. Hours are told up to two days. */
export function ago(milliseconds: number): string {
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: "always" });
  const [unit, length] = UNITS.find(([name, one]) => milliseconds >= one * (name === "day" ? 2 : 1)) ?? [
    "minute",
    MINUTE_MS,
  ];
  return format.format(-Math.max(1, Math.floor(milliseconds / length)), unit);
}

/** Thu, 4 Dec 2025, of a day as in 2025-12-04. */
export function dayName(day: string): string {
  return new Intl.DateTimeFormat(regionOf(language.value), { ...DAY, weekday: "short" }).format(
    new Date(day),
  );
}

const DAY = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;

/** 1–7 Dec 2025, of the Monday that it begins with. */
export function weekName(monday: string): string {
  const begin = new Date(monday);
  const end = new Date(begin.getTime() + (WEEK_DAYS - 1) * DAY_MS);
  return new Intl.DateTimeFormat(regionOf(language.value), DAY).formatRange(begin, end);
}

/** What music services call themselves, in every language. */
const SERVICES: Readonly<Record<string, string>> = {
  spotify: "Spotify",
  apple_music: "Apple Music",
  soundcloud: "SoundCloud",
  youtube: "YouTube",
};

export function serviceName(service: string): string {
  return SERVICES[service] ?? service;
}
