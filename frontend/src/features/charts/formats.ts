/** Numbers, days, ages, names and URLs as charts show them. */

import { language, lazyMessages } from "../../locales/index.ts";
import { regionOf } from "../../locales/numbers.ts";
import { serverNow } from "../../store/room.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_DAYS = 7;
/** With their length; the first whose length has passed is used. */
const UNITS = [
  ["day", DAY_MS],
  ["hour", HOUR_MS],
  ["minute", MINUTE_MS],
] as const;

/** 1.2M */
export function compactNumber(value: number): string {
  return new Intl.NumberFormat(language.value, { notation: "compact", maximumFractionDigits: 1 }).format(
    value,
  );
}

/** +12.3K, −400 */
export function compactSigned(value: number): string {
  return new Intl.NumberFormat(language.value, {
    notation: "compact",
    maximumFractionDigits: 1,
    signDisplay: "exceptZero",
  })
    .format(value)
    .replace("-", "−");
}

/** 3 hours ago; at least one minute, and hours up to two days. */
export function timeAgo(milliseconds: number): string {
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: "always" });
  const [unit, length] = UNITS.find(([name, one]) => milliseconds >= one * (name === "day" ? 2 : 1)) ?? [
    "minute",
    MINUTE_MS,
  ];
  return format.format(-Math.max(1, Math.floor(milliseconds / length)), unit);
}

/** Thu, 4 Dec 2025, of a day as in 2025-12-04. */
export function dayName(day: string): string {
  return new Intl.DateTimeFormat(regionOf(language.value), { ...DAY_FORMAT, weekday: "short" }).format(
    new Date(day),
  );
}

const DAY_FORMAT = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;

/** 1–7 Dec 2025, of the Monday that it begins with. */
export function weekName(monday: string): string {
  const begin = new Date(monday);
  const end = new Date(begin.getTime() + (WEEK_DAYS - 1) * DAY_MS);
  return new Intl.DateTimeFormat(regionOf(language.value), DAY_FORMAT).formatRange(begin, end);
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

/** A genre that is unknown to this web app has the server's name. */
export function genreName(genre: string): string {
  const { genre: names } = lazyMessages().charts;
  return names[genre as keyof typeof names] ?? genre;
}

/** 4 Dec, of a day as in 2025-12-04, with its year when that is not this one; as the reader's own kind of the language writes it. */
export function shortDayName(date: string): string {
  const isOfThisYear = date.startsWith(`${new Date(serverNow()).getUTCFullYear()}-`);
  const year = isOfThisYear ? undefined : "numeric";
  const format = { day: "numeric", month: "short", year, timeZone: "UTC" } as const;
  const shown = language.value;
  const region = navigator.languages.find((one) => one.split("-")[0] === shown) ?? shown;
  return new Intl.DateTimeFormat(region, format).format(new Date(date));
}

export function percent(rate: number): string {
  return new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 0 }).format(rate);
}

/** A link that is safe to show, because URLs come from services. Null for anything but http and https. */
export function webUrl(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return protocol === "https:" || protocol === "http:" ? href : null;
}

/** The host of a page that may be embedded: of another origin, by https. Null for anything else. */
export function frameHost(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, host, origin } = new URL(url);
  return protocol === "https:" && origin !== location.origin ? host : null;
}
