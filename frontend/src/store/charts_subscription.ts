/** Keeps the shown charts up to date while they are visible. */

import { computed, effect, signal } from "@preact/signals";
import { socketBase } from "../api/http.ts";
import { ChartClient, type ChartsEvent, type Edition } from "../sync/index.ts";
import { chosen, isNewest, isOfRoom, loadCharts, requestKey, shownChart } from "./charts.ts";
import { isLive, onNotice } from "./room.ts";

export interface PublishedChart {
  genre: string;
  date: string;
}

// A run of the pipeline publishes several days and genres: one request covers them all.
const DEBOUNCE_MILLISECONDS = 100;

/** The last chart that was published while its genre was shown. */
export const publishedChart = signal<PublishedChart | null>(null);

/** Of each genre the services that failed since its last chart was published. */
export const failedSince = signal<ReadonlyMap<string, ReadonlySet<string>>>(new Map());

/** The day of the newest chart by genre, from the stream; empty at first. */
const newest = signal<ReadonlyMap<string, string>>(new Map());

const client = new ChartClient({ socketBase }, { happened: handleEvent, replaced: handleSnapshot });

/** A change of one of these loads the data again. */
const reloadTriggers = computed(() => [requestKey.value, isLive.value] as const);

let timer: ReturnType<typeof setTimeout> | null = null;

/** Returns a function that ends this. */
export function followCharts(): () => void {
  client.start();
  const stops = [
    reloadTriggers.subscribe(() => {
      publishedChart.value = null;
      void loadCharts();
    }),
    effect(checkForNewer),
    onNotice((notice) => {
      const isPlay = notice.kind === "event" && notice.event.type === "track.playing";
      if (isOfRoom.peek() && isNewest.peek() && (isPlay || notice.kind === "snapshot")) scheduleLoad();
    }),
  ];
  return () => {
    client.stop();
    if (timer) clearTimeout(timer);
    timer = null;
    for (const stop of stops) stop();
  };
}

/** After a snapshot anything may have changed, except at first, when nothing was shown. */
function handleSnapshot(editions: readonly Edition[]): void {
  if (newest.peek().size) scheduleLoad();
  newest.value = new Map(editions.map(({ genre, date }) => [genre, date]));
}

let lastCheck = "";

/**
 * A response may be older than the stream's last event, so the chart is loaded once more. After sample data the
 * newest chart may be of an earlier day.
 */
function checkForNewer(): void {
  const announced = newest.value.get(chosen.value);
  const { chart } = shownChart.value;
  const name = `${chosen.value} ${announced}`;
  const isToCompare = newest.value.size > 0 && chart !== null && isNewest.value && !isOfRoom.value;
  if (!isToCompare || announced === chart.date || lastCheck === name) return;
  lastCheck = name;
  scheduleLoad();
}

function handleEvent(event: ChartsEvent): void {
  const { genre } = event.payload;
  if (event.type === "chart.published") updateNewest(genre, event.payload.date);
  const failed = new Map(failedSince.peek());
  if (event.type === "source.failed") {
    failed.set(genre, new Set([...(failed.get(genre) ?? []), event.payload.service]));
  } else failed.delete(genre);
  failedSince.value = failed;
  if (event.type === "chart.published" && genre === chosen.peek() && isNewest.peek()) {
    publishedChart.value = { genre, date: event.payload.date };
  }
  scheduleLoad();
}

function updateNewest(genre: string, date: string): void {
  const known = newest.peek().get(genre);
  if (!known || known < date) newest.value = new Map([...newest.peek(), [genre, date]]);
}

function scheduleLoad(): void {
  timer ??= setTimeout(() => {
    timer = null;
    void loadCharts();
  }, DEBOUNCE_MILLISECONDS);
}
