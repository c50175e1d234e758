/** Keeps what is shown of charts in step with the server, for as long as somebody looks. */

import { computed, effect, signal } from "@preact/signals";
import { socketBase } from "../api/http.ts";
import { ChartClient, type ChartsEvent, type Edition } from "../sync/index.ts";
import { address, chosen, isNewest, isOfRoom, loadCharts, shown } from "./charts.ts";
import { isLive, onNotice } from "./room.ts";

export interface Arrival {
  genre: string;
  date: string;
}

// A run of the pipeline publishes several days and genres: one question answers them all.
const GATHER_MILLISECONDS = 100;

/** The last chart that was published while somebody looked at its genre. */
export const arrival = signal<Arrival | null>(null);

/** Of each genre the services that failed since its last chart was published. */
export const failedSince = signal<ReadonlyMap<string, ReadonlySet<string>>>(new Map());

/** Of each genre the day of its newest chart, as the stream tells it; empty at first. */
const newest = signal<ReadonlyMap<string, string>>(new Map());

const client = new ChartClient({ socketBase }, { happened, replaced });

/** Whatever changes of this is a reason to ask anew. */
const occasion = computed(() => [address.value, isLive.value] as const);

let timer: ReturnType<typeof setTimeout> | null = null;

/** Gives the end of it. */
export function followCharts(): () => void {
  client.start();
  const stops = [
    occasion.subscribe(() => {
      arrival.value = null;
      void loadCharts();
    }),
    effect(lookForNewer),
    onNotice((notice) => {
      const isPlay = notice.kind === "event" && notice.event.type === "track.playing";
      if (isOfRoom.peek() && isNewest.peek() && (isPlay || notice.kind === "snapshot")) loadSoon();
    }),
  ];
  return () => {
    client.stop();
    if (timer) clearTimeout(timer);
    timer = null;
    for (const stop of stops) stop();
  };
}

/** What could not be told one by one may be anything; the first time there was nothing to compare with. */
function replaced(editions: readonly Edition[]): void {
  if (newest.peek().size) loadSoon();
  newest.value = new Map(editions.map(({ genre, date }) => [genre, date]));
}

let askedFor = "";

/**
 * An answer may be of before what the stream told first: asks once more. After samples the newest chart may well be of
 * an earlier day.
 */
function lookForNewer(): void {
  const told = newest.value.get(chosen.value);
  const { chart } = shown.value;
  const name = `${chosen.value} ${told}`;
  const isToCompare = newest.value.size > 0 && chart !== null && isNewest.value && !isOfRoom.value;
  if (!isToCompare || told === chart.date || askedFor === name) return;
  askedFor = name;
  loadSoon();
}

function happened(event: ChartsEvent): void {
  const { genre } = event.payload;
  if (event.type === "chart.published") noteNewest(genre, event.payload.date);
  const failed = new Map(failedSince.peek());
  if (event.type === "source.failed") {
    failed.set(genre, new Set([...(failed.get(genre) ?? []), event.payload.service]));
  } else failed.delete(genre);
  failedSince.value = failed;
  if (event.type === "chart.published" && genre === chosen.peek() && isNewest.peek()) {
    arrival.value = { genre, date: event.payload.date };
  }
  loadSoon();
}

function noteNewest(genre: string, date: string): void {
  const known = newest.peek().get(genre);
  if (!known || known < date) newest.value = new Map([...newest.peek(), [genre, date]]);
}

function loadSoon(): void {
  timer ??= setTimeout(() => {
    timer = null;
    void loadCharts();
  }, GATHER_MILLISECONDS);
}
