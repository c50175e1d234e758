/** Counts and ranks of a track day by day, also for days without data. */

import type { ChartTrack, CountHistory, RankOnDay } from "../../../generated/api.ts";

const STATUSES = ["ok", "anomaly", "stale", "failed", "missing"] as const;
export type CountStatus = (typeof STATUSES)[number];

export interface DayCount {
  /** As in 2025-12-04. */
  date: string;
  /** Null, and never 0, where there is none, or where it is doubtful. */
  value: number | null;
  /** As the service reported it, also where it is doubtful. */
  reported: number | null;
  /** To the last of these days that was counted, `deltaDays` before. */
  delta: number | null;
  deltaDays: number;
  status: CountStatus;
}

export interface DayRank {
  date: string;
  /** Null where it was not on the chart, or where there was none. */
  value: number | null;
  isChart: boolean;
  /** By service, the days of lists that are older than the chart. */
  olderLists: Readonly<Record<string, string>>;
}

export interface ServiceRank {
  genre: string;
  date: string;
  rank: number;
  /** Of the list, where that is older than the chart; else null. */
  listDate: string | null;
}

const DAY_MS = 24 * 3600 * 1000;

/** A day of which the server has no row at all is missing, too. */
export function countsByDay({ historical }: CountHistory): DayCount[] {
  let last = -1;
  return everyDay(historical).map(({ date, found }, index) => {
    const status = statusOf(found);
    const reported = reportedOf(found, status);
    const value = status === "ok" ? reported : null;
    const deltaDays = last < 0 ? 0 : index - last;
    if (value !== null) last = index;
    // A difference to a day outside of these is not shown.
    const isKnown = value !== null && deltaDays > 0;
    return { date, value, reported, delta: isKnown ? (found?.delta ?? null) : null, deltaDays, status };
  });
}

function reportedOf(found: { count: number | null } | null, status: CountStatus): number | null {
  return status === "failed" || status === "missing" ? null : (found?.count ?? null);
}

function statusOf(found: { count: number | null; status: string } | null): CountStatus {
  if (found?.status === "ok" && found.count === null) return "missing";
  return STATUSES.find((one) => one === found?.status) ?? "missing";
}

/** The genres that it has been on the chart of. */
export function genresOf(ranks: readonly RankOnDay[]): string[] {
  return [...new Set(ranks.map(({ genre }) => genre))];
}

/** On days of that chart without a rank it was not on it. */
export function ranksByDay(
  { ranks, chart_days }: Pick<ChartTrack, "ranks" | "chart_days">,
  genre: string,
): DayRank[] {
  const places = new Map(ranks.filter((one) => one.genre === genre).map((one) => [one.date, one]));
  return everyDay((chart_days[genre] ?? []).map((date) => ({ date }))).map(({ date, found }) => ({
    date,
    value: places.get(date)?.rank ?? null,
    isChart: found !== null,
    olderLists: places.get(date)?.older_lists ?? {},
  }));
}

/** The last place that a service had it at, for each genre. */
export function ranksAt(service: string, { ranks }: Pick<ChartTrack, "ranks">): ServiceRank[] {
  const last = new Map<string, ServiceRank>();
  for (const { genre, date, services, older_lists } of ranks) {
    const rank = services[service];
    if (rank !== undefined) last.set(genre, { genre, date, rank, listDate: older_lists[service] ?? null });
  }
  return [...last.values()];
}

/** All days from the first to the last row, the oldest first. */
function everyDay<Row extends { date: string }>(rows: readonly Row[]): { date: string; found: Row | null }[] {
  const byDate = new Map(rows.map((row) => [row.date, row]));
  const dates = [...byDate.keys()].sort();
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const count = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(Date.parse(last) - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return { date, found: byDate.get(date) ?? null };
  });
}
