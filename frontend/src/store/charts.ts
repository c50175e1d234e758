/** What is popular: of a genre on a day, or in the room in a week; looked at here, and kept for later. */

import { batch, computed, effect, signal } from "@preact/signals";
import { fetchChart, fetchChartIndex, fetchRoomChart } from "../api/charts.ts";
import type { ChartGenre, ChartIndex } from "../generated/api.ts";
import { setTail, tailOf } from "./address.ts";
import { chartAddress, tailOfChart } from "./chart_address.ts";
import { dayAfter, dayOf, mondayOf, weekAfter, weekOf } from "./chart_days.ts";
import { type ChartLine, inOrder, ORDERS, type Order } from "./chart_orders.ts";
import { type AnyChart, keepChart, keepIndex, recallChart, recallIndex } from "./charts_kept.ts";
import { isNotFound } from "./problems.ts";
import { remembered } from "./remembered.ts";
import { room, serverNow, view } from "./room.ts";

export type { ChartSource } from "../generated/api.ts";
export type { ChartLine, Order } from "./chart_orders.ts";
export { ORDERS } from "./chart_orders.ts";
export type { AnyChart } from "./charts_kept.ts";

/** What is chosen in place of a genre: the room's own chart. */
export const THIS_ROOM = "this-room";

interface Looked {
  /** Null until it is known. */
  chart: AnyChart | null;
  problem: unknown;
}

/** Of a genre, or of a room by its slug; `when` is a day or a week, null for the newest. */
interface Wish {
  of: string;
  isRoom: boolean;
  when: string | null;
}

const NOTHING: Looked = { chart: null, problem: null };
// Going back to one of the last shows it at once.
const KEPT_CHARTS = 12;

const wanted = remembered<string>("chart", "");
const wantedOrder = remembered<Order>("chart-order", "rank");

/** What there are charts of; null until it is known. */
export const chartIndex = signal<ChartIndex | null>(recallIndex());

/** The day that is asked for, null for the newest chart. The genres share it. */
export const day = signal<string | null>(null);

/** The week of the room that is asked for, null for the one that goes on. */
export const week = signal<string | null>(null);

/** Of the track that is looked at more closely, "" for none. */
export const openedTrack = signal("");

const looked = signal<ReadonlyMap<string, Looked>>(new Map());

/** A genre, or THIS_ROOM. */
export const chosen = computed(() => {
  const genres = chartIndex.value?.genres ?? [];
  const isThere = wanted.value === THIS_ROOM || genres.some(({ name }) => name === wanted.value);
  return isThere || !genres[0] ? wanted.value || "pop" : genres[0].name;
});

export const isOfRoom = computed(() => chosen.value === THIS_ROOM);

export const order = computed<Order>(() => ORDERS.find((one) => one === wantedOrder.value) ?? "rank");

const asked = computed<Wish>(() =>
  isOfRoom.value
    ? { of: view.value.room, isRoom: true, when: week.value }
    : { of: chosen.value, isRoom: false, when: day.value },
);

/** The name of what is asked for. */
export const address = computed(() => nameOf(asked.value));

export const shown = computed<Looked>(() => looked.value.get(address.value) ?? NOTHING);

export const lines = computed<readonly ChartLine[]>(() =>
  inOrder(shown.value.chart?.tracks ?? [], order.value),
);

let ownTail = "";

// The address says what is shown, and what it is told to say is shown.
effect(() => {
  const tail = tailOf("charts");
  if (tail !== ownTail) goTo(tail);
  const when = (isOfRoom.value ? week.value : day.value) ?? "";
  ownTail = tailOfChart({ of: chosen.value, when, isrc: openedTrack.value });
  setTail("charts", ownTail);
});

/** Where the address names no chart, the chosen one stays. */
function goTo(tail: string): void {
  const { of, when, isrc } = chartAddress(tail);
  batch(() => {
    openedTrack.value = isrc;
    if (!of) return;
    wanted.value = of;
    (of === THIS_ROOM ? week : day).value = when || null;
  });
}

export function choose(next: string): void {
  wanted.value = next;
}

export function sortChart(next: Order): void {
  wantedOrder.value = next;
}

/** Asks anew for what is shown, and for what there is. */
export async function loadCharts(): Promise<void> {
  await Promise.all([loadIndex(), loadChart()]);
}

async function loadIndex(): Promise<void> {
  try {
    chartIndex.value = await fetchChartIndex();
    keepIndex(chartIndex.value);
  } catch {
    // Whatever is wrong, the chart itself tells of it.
  }
}

async function loadChart(): Promise<void> {
  const wish = asked.peek();
  const name = nameOf(wish);
  const isOvertaken = questionOf(name);
  if (wish.when === null && !looked.peek().has(name))
    learn(name, { chart: recallChart(name), problem: null });
  try {
    const chart = await fetched(wish);
    if (isOvertaken()) return;
    if (wish.when === null) keepChart(name, chart);
    learn(name, { chart, problem: null });
  } catch (problem) {
    if (!isOvertaken()) learnProblem(name, problem);
  }
}

function fetched({ of, isRoom, when }: Wish): Promise<AnyChart> {
  return isRoom ? fetchRoomChart(of, when) : fetchChart(of, when);
}

/** What was there stays, unless the server says that it is gone. */
function learnProblem(name: string, problem: unknown): void {
  if (isNotFound(problem)) keepChart(name, null);
  learn(name, { chart: isNotFound(problem) ? null : (looked.peek().get(name)?.chart ?? null), problem });
}

let questions = 0;
const answered = new Map<string, number>();

/** Whether a later question of that name has had its answer before; to be asked once, when this one has its own. */
function questionOf(name: string): () => boolean {
  questions += 1;
  const number = questions;
  return () => {
    if ((answered.get(name) ?? 0) > number) return true;
    answered.set(name, number);
    return false;
  };
}

function learn(name: string, found: Looked): void {
  const next = new Map(looked.peek());
  next.delete(name);
  next.set(name, found);
  for (const old of next.keys()) if (next.size > KEPT_CHARTS) next.delete(old);
  looked.value = next;
}

function nameOf({ of, isRoom, when }: Wish): string {
  return [isRoom ? "room" : "genre", of, when ?? ""].join(" ");
}

// --- Days and weeks ------------------------------------------------------------------------------------

/** Of the chosen genre the days of its first and its last chart; null while nobody knows. */
export const days = computed<{ first: string; last: string } | null>(() => {
  const found = chartIndex.value?.genres.find(({ name }) => name === chosen.value) as ChartGenre | undefined;
  return found?.date && found.first_date ? { first: found.first_date, last: found.date } : null;
});

/** Whether the newest chart is asked for. */
export const isNewest = computed(() => (isOfRoom.value ? week.value : day.value) === null);

/** The day of what is asked for. */
export const dayShown = computed(() => day.value ?? shown.value.chart?.date ?? days.value?.last ?? null);

export const weekShown = computed(() => week.value ?? weekNow());

/** "" is the newest; outside of what there is the nearest. */
export function goToDay(next: string): void {
  const bounds = days.peek();
  const inside = bounds && next && next < bounds.first ? bounds.first : next;
  day.value = !inside || (bounds && inside >= bounds.last) ? null : inside;
}

/** What a step would lead to; null where there is nothing more. Days without a chart of their own are passed over
 * on the way back. */
export function dayBeside(step: 1 | -1): string | null {
  const [here, bounds] = [dayShown.value, days.value];
  if (!here || !bounds) return null;
  const from = step < 0 && shown.value.chart ? earlier(here, shown.value.chart.date) : here;
  const next = dayAfter(from, step);
  return next < bounds.first || next > bounds.last ? null : next;
}

/** From the week in which the room was made, to that of now. */
export function weekBeside(step: 1 | -1): string | null {
  const next = weekAfter(weekShown.value, step);
  const first = room.value ? weekOf(room.value.created_at.slice(0, 10)) : null;
  const isInside = mondayOf(next) <= mondayOf(weekNow()) && (!first || mondayOf(next) >= mondayOf(first));
  return isInside ? next : null;
}

export function goToWeek(next: string | null): void {
  week.value = next === weekNow() ? null : next;
}

export function goToNewest(): void {
  batch(() => {
    if (isOfRoom.value) week.value = null;
    else day.value = null;
  });
}

function weekNow(): string {
  return weekOf(dayOf(serverNow()));
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
