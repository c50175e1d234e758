/** Which chart is requested: its URL, its day or week (UTC), its order. Pure. */

import type { ChartEntry, RoomChartEntry } from "../generated/api.ts";

export interface ChartUrl {
  /** A genre, or the word for the room's own; "" for whichever is chosen. */
  of: string;
  /** A day, or a week of the room; "" for the newest. */
  when: string;
  /** Of the track that is looked at, "" for none. */
  isrc: string;
}

const URL_PATTERN = /^(?:\/([^/]+)(?:\/(\d{4}-(?:\d\d-\d\d|W\d\d)))?(?:\/track\/([A-Z0-9]{12}))?)?$/;

/** Another URL has empty fields. */
export function parseChartUrl(tail: string): ChartUrl {
  const [, of = "", when = "", isrc = ""] = URL_PATTERN.exec(tail) ?? [];
  return { of: decoded(of), when, isrc };
}

export function chartUrl({ of, when, isrc }: ChartUrl): string {
  return `/${[encodeURIComponent(of), when, isrc && `track/${isrc}`].filter(Boolean).join("/")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

const DAY_MS = 24 * 3600 * 1000;
const WEEK_DAYS = 7;
/** The week that has it is the year's first. */
const THURSDAY = 4;

export function addDays(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

export function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

export function weekOf(day: string): string {
  const thursday = addDays(day, THURSDAY - weekdayOf(day));
  const year = thursday.slice(0, 4);
  const number = Math.floor((Date.parse(thursday) - Date.parse(`${year}-01-01`)) / DAY_MS / WEEK_DAYS) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}

/** Of a week. */
export function mondayOf(week: string): string {
  const [year = "", number = ""] = week.split("-W");
  // Always in the first week.
  const fourth = `${year}-01-04`;
  return addDays(fourth, 1 - weekdayOf(fourth) + (Number(number) - 1) * WEEK_DAYS);
}

export function addWeeks(week: string, weeks: number): string {
  return weekOf(addDays(mondayOf(week), weeks * WEEK_DAYS));
}

/** From Monday, which is 1. */
function weekdayOf(day: string): number {
  return new Date(day).getUTCDay() || WEEK_DAYS;
}

export type ChartLine = ChartEntry | RoomChartEntry;

export const CHART_ORDERS = ["rank", "plays", "trending"] as const;
export type ChartOrder = (typeof CHART_ORDERS)[number];

/** What is not known comes last, equals by rank. */
export function sortedLines(lines: readonly ChartLine[], order: ChartOrder): readonly ChartLine[] {
  return [...lines].sort((one, other) => {
    const [first, second] = [sortValue(one, order), sortValue(other, order)];
    if (first === second) return one.rank - other.rank;
    if (first === null || second === null) return first === null ? 1 : -1;
    return second - first;
  });
}

/** More comes first. */
function sortValue({ plays, change }: ChartLine, order: ChartOrder): number | null {
  if (order === "plays") return plays.total ?? null;
  return order === "trending" ? (change["7d"] ?? null) : null;
}
