/** The library as it is looked through: what is asked for, and the pages of what was found. */

import { computed, effect, type Signal, signal, untracked } from "@preact/signals";
import { fetchGenres, fetchTracks, TRACK_ORDERS, type TrackOrder, type TrackQuery } from "../api/tracks.ts";
import type { Genre } from "../generated/api.ts";
import type { Track } from "../sync/index.ts";
import { setTail, tailOf } from "./address.ts";
import { isLive } from "./room.ts";
import { RowPages } from "./row_pages.ts";

export type { TrackOrder, TrackQuery } from "../api/tracks.ts";

export interface Found {
  query: TrackQuery;
  pages: RowPages<Track>;
  /** Whether none matches, and these are near what was searched for. */
  isNear: Signal<boolean>;
}

const EVERYTHING: TrackQuery = { search: "", genre: "", ordering: "" };
// A pause that says: this word is typed.
const TYPING_MILLISECONDS = 150;
// Going back to one of the last searches shows it at once.
const KEPT_SEARCHES = 8;

const kept = new Map<string, Found>();

/** What stands in the search field. */
export const typed = signal("");

/** What has been asked for last. */
export const asked = signal<Found>(foundFor(EVERYTHING));

/** What is shown: the answer to the last question that has one. */
export const found = signal<Found>(asked.value);

/** Whether the shown answer is not yet that to the last question. */
export const isLooking = computed(
  () => asked.value !== found.value || asked.value.pages.state.value.version === 0,
);

/** Whether the shown rows are of a search that another one is about to replace. */
export const isStale = computed(() => asked.value !== found.value);

/** Null until they are known. */
export const genres = signal<readonly Genre[] | null>(null);

/** Rises with each wish to type a search. */
export const searchWishes = signal(0);

/** Rises with each wish to go into the results. */
export const resultWishes = signal(0);

/** What was last written into the address here: what is typed goes on meanwhile. */
let ownTail = "";
let typing: ReturnType<typeof setTimeout> | null = null;

/** Loads the first tracks and the genres; safe to repeat. */
export function openLibrary(): void {
  asked.value.pages.see(0, 0);
  if (!genres.value) void loadGenres();
}

/** Searches for what is typed, once the typing pauses. */
export function type(text: string): void {
  typed.value = text;
  if (typing) clearTimeout(typing);
  typing = setTimeout(searchTyped, TYPING_MILLISECONDS);
}

/** Searches for what is typed without waiting. */
export function searchTyped(): void {
  if (typing) clearTimeout(typing);
  typing = null;
  look({ search: typed.value.trim() });
}

export function clearSearch(): void {
  typed.value = "";
  searchTyped();
}

export function chooseGenre(genre: string): void {
  look({ genre });
}

export function sortBy(ordering: TrackOrder): void {
  look({ ordering });
}

/** Asks again for what failed. */
export function retryLibrary(): void {
  asked.value.pages.retry();
  if (!genres.value) void loadGenres();
}

export function wishToSearch(): void {
  searchWishes.value += 1;
}

export function wishForResults(): void {
  resultWishes.value += 1;
}

function look(change: Partial<TrackQuery>): void {
  const before = asked.value;
  const query = { ...before.query, ...change };
  if (nameOf(query) === nameOf(before.query)) return;
  before.pages.rest();
  const next = foundFor(query);
  asked.value = next;
  ownTail = tailOfQuery(query);
  setTail("library", ownTail);
  next.pages.see(0, 0);
  if (next.pages.state.value.version) next.pages.refresh();
}

function foundFor(query: TrackQuery): Found {
  const name = nameOf(query);
  const known = kept.get(name);
  const one = known ?? newFound(query);
  kept.delete(name);
  kept.set(name, one);
  for (const old of kept.keys()) if (kept.size > KEPT_SEARCHES) kept.delete(old);
  return one;
}

function newFound(query: TrackQuery): Found {
  const isNear = signal(false);
  const pages = new RowPages<Track>(async (offset, limit, signal) => {
    const { tracks, total, isLeast, isNear: areNear } = await fetchTracks(query, { offset, limit, signal });
    isNear.value = areNear;
    return { rows: tracks, total, isLeast };
  });
  return { query, pages, isNear };
}

/** Safe to repeat; where it fails they stay unknown. */
export async function loadGenres(): Promise<void> {
  try {
    genres.value = await fetchGenres();
  } catch {
    // The chips wait until the connection is back; the list itself tells what is wrong.
  }
}

function tailOfQuery(query: TrackQuery): string {
  const said = String(new URLSearchParams(Object.entries(query).filter(([, value]) => value)));
  return said && `?${said}`;
}

function queryOf(tail: string): TrackQuery {
  const said = new URLSearchParams(tail);
  return {
    search: said.get("search")?.trim() ?? "",
    genre: said.get("genre") ?? "",
    ordering: TRACK_ORDERS.find((one) => one === said.get("ordering")) ?? "",
  };
}

function nameOf({ search, genre, ordering }: TrackQuery): string {
  return JSON.stringify([search, genre, ordering]);
}

// The old answer stays until there is a new one, so that nothing flickers while somebody types.
effect(() => {
  const next = asked.value;
  if (next.pages.state.value.version) found.value = next;
});

// With the line back, what failed is asked for by itself.
effect(() => {
  if (!isLive.value) return;
  untracked(() => {
    if (asked.value.pages.state.value.version) retryLibrary();
  });
});

// The address is reloaded, shared and gone back to.
effect(() => {
  const tail = tailOf("library");
  if (tail === ownTail) return;
  untracked(() => {
    const query = queryOf(tail);
    typed.value = query.search;
    look(query);
  });
});
