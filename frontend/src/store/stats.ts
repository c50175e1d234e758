/** Figures: of everybody, and one's own. */

import { computed, signal } from "@preact/signals";
import { fetchOwnFigures, fetchSummary, fetchTrends } from "../api/analytics.ts";
import type { DateCount, Engagement, Summary, Trends } from "../generated/api.ts";
import { account } from "./account.ts";
import { activityChanges } from "./activities.ts";
import { part } from "./place.ts";
import { isLive } from "./room.ts";
import { asMyself } from "./session.ts";

export type { CountsByType, Engagement, Summary, Trends } from "../generated/api.ts";

export type Scope = "everybody" | "me";

/** For how many days trends can be asked. */
export const SPANS = [7, 30, 90] as const;
export type Span = (typeof SPANS)[number];

interface Figures<Known> {
  /** Null until they are known. */
  known: Known | null;
  problem: unknown;
}

const TRENDS = 5;
const DAY_MS = 24 * 3600 * 1000;

export const scope = signal<Scope>("everybody");
export const span = signal<Span>(7);
export const overall = signal<Figures<{ summary: Summary; trends: Trends }>>({ known: null, problem: null });
export const own = signal<Figures<Engagement>>({ known: null, problem: null });

const accountId = computed(() => account.value?.id ?? null);

/** Whatever changes of this is a reason to ask anew. */
const occasion = computed(
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

/** Keeps the figures of now for as long as somebody looks at them; gives the end of it. */
export function followStats(): () => void {
  return occasion.subscribe(() => void loadStats());
}

export async function loadStats(): Promise<void> {
  if (scope.peek() === "everybody") await loadOverall();
  else await loadOwn();
}

async function loadOverall(): Promise<void> {
  const days = span.peek();
  try {
    const [summary, trends] = await Promise.all([fetchSummary(), fetchTrends(days, TRENDS)]);
    if (span.peek() === days) overall.value = { known: { summary, trends }, problem: null };
  } catch (problem) {
    overall.value = { ...overall.peek(), problem };
  }
}

async function loadOwn(): Promise<void> {
  const me = accountId.peek();
  if (me === null) return;
  try {
    const known = await asMyself(() => fetchOwnFigures(ownTimeZone()));
    if (accountId.peek() === me) own.value = { known, problem: null };
  } catch (problem) {
    if (accountId.peek() === me) own.value = { ...own.peek(), problem };
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
export function todayHere(now = new Date()): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}

function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

// One's own figures are nobody else's.
accountId.subscribe(() => {
  own.value = { known: null, problem: null };
});
