/** Statistics of all users, and the user's own. */

import { computed, signal } from "@preact/signals";
import { fetchMyStats, fetchSummary, fetchTrends } from "../api/analytics.ts";
import type { DateCount, Engagement, Summary, Trends } from "../generated/api.ts";
import { account } from "./identity.ts";
import { isLive } from "./room.ts";
import { part } from "./router.ts";
import { activityChanges, withSession } from "./session.ts";

export type { CountsByType, Engagement, Summary, Trends } from "../generated/api.ts";

export type Scope = "all" | "me";

/** Numbers of days of trends. */
export const SPANS = [7, 30, 90] as const;
export type Span = (typeof SPANS)[number];

interface StatsState<Known> {
  /** Null until they are known. */
  known: Known | null;
  problem: unknown;
}

const TRENDS = 5;
const DAY_MS = 24 * 3600 * 1000;

export const scope = signal<Scope>("all");
export const span = signal<Span>(7);
export const globalStats = signal<StatsState<{ summary: Summary; trends: Trends }>>({
  known: null,
  problem: null,
});
export const myStats = signal<StatsState<Engagement>>({ known: null, problem: null });

const accountId = computed(() => account.value?.id ?? null);

/** A change of one of these loads the data again. */
const reloadTriggers = computed(
  () =>
    [
      scope.value,
      span.value,
      accountId.value,
      isLive.value,
      part.value === "stats",
      activityChanges.value,
    ] as const,
);

/** Keeps the statistics up to date while they are visible. Returns a function that ends this. */
export function followStats(): () => void {
  return reloadTriggers.subscribe(() => void loadStats());
}

export async function loadStats(): Promise<void> {
  if (scope.peek() === "all") await loadGlobalStats();
  else await loadMyStats();
}

async function loadGlobalStats(): Promise<void> {
  const days = span.peek();
  try {
    const [summary, trends] = await Promise.all([fetchSummary(), fetchTrends(days, TRENDS)]);
    if (span.peek() === days) globalStats.value = { known: { summary, trends }, problem: null };
  } catch (problem) {
    globalStats.value = { ...globalStats.peek(), problem };
  }
}

async function loadMyStats(): Promise<void> {
  const me = accountId.peek();
  if (me === null) return;
  try {
    const known = await withSession(() => fetchMyStats(timeZone()));
    if (accountId.peek() === me) myStats.value = { known, problem: null };
  } catch (problem) {
    if (accountId.peek() === me) myStats.value = { ...myStats.peek(), problem };
  }
}

/** The last days up to `today` (as in 2025-12-04), also those on which nothing was. */
export function lastDays(counts: readonly DateCount[], today: string, days: number): DateCount[] {
  const byDate = new Map(counts.map(({ date, count }) => [date, count]));
  const end = Date.parse(today);
  return Array.from({ length: days }, (_, index) => {
    const date = new Date(end - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return { date, count: byDate.get(date) ?? 0 };
  });
}

/** The reader's day, as in 2025-12-04. */
export function localToday(now = new Date()): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}

function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

// The user's own statistics belong to one account.
accountId.subscribe(() => {
  myStats.value = { known: null, problem: null };
});
