/** Charts of a genre on a day, or of the room in a week; the last ones are cached in this browser. */

import { batch, computed, effect, signal } from "@preact/signals";
import { fetchChart, fetchChartIndex, fetchRoomChart } from "../api/charts.ts";
import type { Chart, ChartGenre, ChartIndex, RoomChart } from "../generated/api.ts";
import { isNotFound } from "./api_errors.ts";
import {
  addDays,
  addWeeks,
  CHART_ORDERS,
  type ChartLine,
  type ChartOrder,
  chartUrl,
  dayOf,
  mondayOf,
  parseChartUrl,
  sortedLines,
  weekOf,
} from "./chart_query.ts";
import { loadStored, saveStored, storedSignal } from "./local_storage.ts";
import { room, serverNow, view } from "./room.ts";
import { setUrlTail, urlTail } from "./router.ts";

export type { ChartSource } from "../generated/api.ts";
export type { ChartLine, ChartOrder } from "./chart_query.ts";
export { CHART_ORDERS } from "./chart_query.ts";

export type AnyChart = Chart | RoomChart;

// Changes with the shape of the cached data, so that older data is ignored.
const CACHE_KEY = "charts-2";

/** Null removes it. */
export function cacheChart(name: string, chart: AnyChart | null): void {
  saveStored(`${CACHE_KEY} ${name}`, chart ? JSON.stringify(chart) : "");
}

export function cachedChart(name: string): AnyChart | null {
  return parsedItem<AnyChart>(`${CACHE_KEY} ${name}`);
}

export function cacheIndex(index: ChartIndex): void {
  saveStored(CACHE_KEY, JSON.stringify(index));
}

export function cachedIndex(): ChartIndex | null {
  return parsedItem<ChartIndex>(CACHE_KEY);
}

function parsedItem<Kept>(name: string): Kept | null {
  try {
    return JSON.parse(loadStored(name) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

/** What is chosen in place of a genre: the room's own chart. */
export const THIS_ROOM = "this-room";

interface ChartState {
  /** Null until it is known. */
  chart: AnyChart | null;
  problem: unknown;
}

/** Of a genre, or of a room by its slug; `when` is a day or a week, null for the newest. */
interface ChartRequest {
  of: string;
  isRoom: boolean;
  when: string | null;
}

const UNKNOWN: ChartState = { chart: null, problem: null };
// Going back to one of the last shows it immediately.
const MAX_CACHED_CHARTS = 12;

const selectedChart = storedSignal<string>("chart", "");
const selectedOrder = storedSignal<ChartOrder>("chart-order", "rank");

/** What there are charts of; null until it is known. */
export const chartIndex = signal<ChartIndex | null>(cachedIndex());

/** The requested day, null for the newest chart. All genres share it. */
export const day = signal<string | null>(null);

/** The requested week of the room, null for the current one. */
export const week = signal<string | null>(null);

/** Of the track that is looked at more closely, "" for none. */
export const openedTrack = signal("");

const chartStates = signal<ReadonlyMap<string, ChartState>>(new Map());

/** Whether any chart was made from a service's list. */
export const hasRealCharts = computed(
  () => chartIndex.value?.genres.some((genre) => genre.is_sample === false) ?? false,
);

/** A genre, or THIS_ROOM. */
export const chosen = computed(() => {
  const genres = chartIndex.value?.genres ?? [];
  // Of invented charts none is shown unasked: what was played here is real.
  if (!selectedChart.value && genres.length && !hasRealCharts.value) return THIS_ROOM;
  const isThere =
    selectedChart.value === THIS_ROOM || genres.some(({ name }) => name === selectedChart.value);
  return isThere || !genres[0] ? selectedChart.value || "pop" : genres[0].name;
});

export const isOfRoom = computed(() => chosen.value === THIS_ROOM);

export const order = computed<ChartOrder>(
  () => CHART_ORDERS.find((one) => one === selectedOrder.value) ?? "rank",
);

const requestedChart = computed<ChartRequest>(() =>
  isOfRoom.value
    ? { of: view.value.room, isRoom: true, when: week.value }
    : { of: chosen.value, isRoom: false, when: day.value },
);

/** Identifies the request. */
export const requestKey = computed(() => keyOfRequest(requestedChart.value));

export const shownChart = computed<ChartState>(() => chartStates.value.get(requestKey.value) ?? UNKNOWN);

export const lines = computed<readonly ChartLine[]>(() =>
  sortedLines(shownChart.value.chart?.tracks ?? [], order.value),
);

let ownUrl = "";

// The URL and the shown chart follow each other.
effect(() => {
  const tail = urlTail("charts");
  if (tail !== ownUrl) applyUrl(tail);
  const when = (isOfRoom.value ? week.value : day.value) ?? "";
  ownUrl = chartUrl({ of: chosen.value, when, isrc: openedTrack.value });
  setUrlTail("charts", ownUrl);
});

/** If the URL names no chart, the chosen one stays. */
function applyUrl(tail: string): void {
  const { of, when, isrc } = parseChartUrl(tail);
  batch(() => {
    openedTrack.value = isrc;
    if (!of) return;
    selectedChart.value = of;
    (of === THIS_ROOM ? week : day).value = when || null;
  });
}

export function chooseChart(next: string): void {
  selectedChart.value = next;
}

export function sortChart(next: ChartOrder): void {
  selectedOrder.value = next;
}

/** Loads the shown chart and the index again. */
export async function loadCharts(): Promise<void> {
  await Promise.all([loadIndex(), loadChart()]);
}

async function loadIndex(): Promise<void> {
  try {
    chartIndex.value = await fetchChartIndex();
    cacheIndex(chartIndex.value);
  } catch {
    // The request for the chart reports the error.
  }
}

async function loadChart(): Promise<void> {
  const request = requestedChart.peek();
  const name = keyOfRequest(request);
  const isOvertaken = numberedRequest(name);
  if (request.when === null && !chartStates.peek().has(name))
    setState(name, { chart: cachedChart(name), problem: null });
  try {
    const chart = await fetchRequested(request);
    if (isOvertaken()) return;
    if (request.when === null) cacheChart(name, chart);
    setState(name, { chart, problem: null });
  } catch (problem) {
    if (!isOvertaken()) setProblem(name, problem);
  }
}

function fetchRequested({ of, isRoom, when }: ChartRequest): Promise<AnyChart> {
  return isRoom ? fetchRoomChart(of, when) : fetchChart(of, when);
}

/** A loaded chart stays, unless the server no longer has it. */
function setProblem(name: string, problem: unknown): void {
  if (isNotFound(problem)) cacheChart(name, null);
  setState(name, {
    chart: isNotFound(problem) ? null : (chartStates.peek().get(name)?.chart ?? null),
    problem,
  });
}

let requestCount = 0;
const latestResponses = new Map<string, number>();

/**
 * The returned function says whether a later request of that key has had its response; to be called once, with the
 * response.
 */
function numberedRequest(name: string): () => boolean {
  requestCount += 1;
  const number = requestCount;
  return () => {
    if ((latestResponses.get(name) ?? 0) > number) return true;
    latestResponses.set(name, number);
    return false;
  };
}

function setState(name: string, found: ChartState): void {
  const next = new Map(chartStates.peek());
  next.delete(name);
  next.set(name, found);
  for (const old of next.keys()) if (next.size > MAX_CACHED_CHARTS) next.delete(old);
  chartStates.value = next;
}

function keyOfRequest({ of, isRoom, when }: ChartRequest): string {
  return [isRoom ? "room" : "genre", of, when ?? ""].join(" ");
}

// --- Days and weeks ------------------------------------------------------------------------------------

/** The days of the first and the last chart of the chosen genre; null until the index is loaded. */
export const days = computed<{ first: string; last: string } | null>(() => {
  const found = chartIndex.value?.genres.find(({ name }) => name === chosen.value) as ChartGenre | undefined;
  return found?.date && found.first_date ? { first: found.first_date, last: found.date } : null;
});

/** Whether the newest chart is requested. */
export const isNewest = computed(() => (isOfRoom.value ? week.value : day.value) === null);

/** The day of the requested chart. */
export const dayShown = computed(() => day.value ?? shownChart.value.chart?.date ?? days.value?.last ?? null);

export const weekShown = computed(() => week.value ?? currentWeek());

/** "" is the newest; outside of what there is the nearest. */
export function goToDay(next: string): void {
  const bounds = days.peek();
  const inside = bounds && next && next < bounds.first ? bounds.first : next;
  day.value = !inside || (bounds && inside >= bounds.last) ? null : inside;
}

/** The next or previous day; null if there is none. Backwards, days without a chart of their own are skipped. */
export function adjacentDay(step: 1 | -1): string | null {
  const [here, bounds] = [dayShown.value, days.value];
  if (!here || !bounds) return null;
  const from = step < 0 && shownChart.value.chart ? earlier(here, shownChart.value.chart.date) : here;
  const next = addDays(from, step);
  return next < bounds.first || next > bounds.last ? null : next;
}

/** From the week in which the room was created to the current week. */
export function adjacentWeek(step: 1 | -1): string | null {
  const next = addWeeks(weekShown.value, step);
  const first = room.value ? weekOf(room.value.created_at.slice(0, 10)) : null;
  const isInside = mondayOf(next) <= mondayOf(currentWeek()) && (!first || mondayOf(next) >= mondayOf(first));
  return isInside ? next : null;
}

export function goToWeek(next: string | null): void {
  week.value = next === currentWeek() ? null : next;
}

export function goToNewest(): void {
  batch(() => {
    if (isOfRoom.value) week.value = null;
    else day.value = null;
  });
}

function currentWeek(): string {
  return weekOf(dayOf(serverNow()));
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
