/** The library's searches: the current query and the loaded pages of its result. */

import { computed, effect, type Signal, signal, untracked } from "@preact/signals";
import { fetchGenres, fetchTracks, TRACK_ORDERS, type TrackOrder, type TrackQuery } from "../api/tracks.ts";
import type { Genre } from "../generated/api.ts";
import type { Track } from "../sync/index.ts";
import { PagedList } from "./paged_list.ts";
import { isLive } from "./room.ts";
import { setUrlTail, urlTail } from "./router.ts";

export type { TrackOrder, TrackQuery } from "../api/tracks.ts";

export interface TrackSearch {
  query: TrackQuery;
  pages: PagedList<Track>;
  /** Whether none matches, and these are near what was searched for. */
  isNear: Signal<boolean>;
}

const ALL_TRACKS: TrackQuery = { search: "", genre: "", ordering: "" };
// A pause of this length ends a word.
const TYPING_MILLISECONDS = 150;
// Going back to one of the last searches shows it immediately.
const MAX_CACHED_SEARCHES = 8;

const searchCache = new Map<string, TrackSearch>();

/** The text of the search field. */
export const searchText = signal("");

/** The last requested search. */
export const requestedSearch = signal<TrackSearch>(searchFor(ALL_TRACKS));

/** What is shown: the response to the last question that has one. */
export const shownSearch = signal<TrackSearch>(requestedSearch.value);

/** Whether the shown result is not yet that of the last request. */
export const isSearching = computed(
  () => requestedSearch.value !== shownSearch.value || requestedSearch.value.pages.state.value.version === 0,
);

/** Whether the shown rows are of a search that another one is about to replace. */
export const isStale = computed(() => requestedSearch.value !== shownSearch.value);

/** As it is shown: imported genres are written in every way. */
export function genreTitle(genre: string): string {
  return genre.replace(/(^|[\s\-/&(])(\p{Ll})/gu, (_, before, letter) => before + letter.toLocaleUpperCase());
}

/** Null until they are known. */
export const genres = signal<readonly Genre[] | null>(null);

/** Increases with each request to focus the results. */
export const resultsFocusRequests = signal(0);

/** The URL's tail that was last written here: the text that is typed may be newer. */
let ownUrl = "";
let typingTimer: ReturnType<typeof setTimeout> | null = null;

/** Loads the first tracks and the genres; safe to repeat. */
export function openLibrary(): void {
  requestedSearch.value.pages.see(0, 0);
  if (!genres.value) void loadGenres();
}

/** Searches for what is typed, once the typing pauses. */
export function setSearchText(text: string): void {
  searchText.value = text;
  if (typingTimer) clearTimeout(typingTimer);
  typingTimer = setTimeout(searchNow, TYPING_MILLISECONDS);
}

/** Searches for what is typed without waiting. */
export function searchNow(): void {
  if (typingTimer) clearTimeout(typingTimer);
  typingTimer = null;
  updateQuery({ search: searchText.value.trim() });
}

export function clearSearch(): void {
  searchText.value = "";
  searchNow();
}

export function chooseGenre(genre: string): void {
  updateQuery({ genre });
}

export function sortBy(ordering: TrackOrder): void {
  updateQuery({ ordering });
}

/** Repeats failed requests. */
export function retryLibrary(): void {
  requestedSearch.value.pages.retry();
  if (!genres.value) void loadGenres();
}

export function requestResultsFocus(): void {
  resultsFocusRequests.value += 1;
}

function updateQuery(change: Partial<TrackQuery>): void {
  const before = requestedSearch.value;
  const query = { ...before.query, ...change };
  if (keyOfQuery(query) === keyOfQuery(before.query)) return;
  before.pages.rest();
  const next = searchFor(query);
  requestedSearch.value = next;
  ownUrl = urlOfQuery(query);
  setUrlTail("library", ownUrl);
  next.pages.see(0, 0);
  if (next.pages.state.value.version) next.pages.refresh();
}

function searchFor(query: TrackQuery): TrackSearch {
  const name = keyOfQuery(query);
  const known = searchCache.get(name);
  const one = known ?? newSearch(query);
  searchCache.delete(name);
  searchCache.set(name, one);
  for (const old of searchCache.keys()) if (searchCache.size > MAX_CACHED_SEARCHES) searchCache.delete(old);
  return one;
}

function newSearch(query: TrackQuery): TrackSearch {
  const isNear = signal(false);
  const pages = new PagedList<Track>(async (offset, limit, signal) => {
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
    // The chips wait until the connection is back; the list itself shows the error.
  }
}

function urlOfQuery(query: TrackQuery): string {
  const parameters = String(new URLSearchParams(Object.entries(query).filter(([, value]) => value)));
  return parameters && `?${parameters}`;
}

function parseUrl(tail: string): TrackQuery {
  const parameters = new URLSearchParams(tail);
  return {
    search: parameters.get("search")?.trim() ?? "",
    genre: parameters.get("genre") ?? "",
    ordering: TRACK_ORDERS.find((one) => one === parameters.get("ordering")) ?? "",
  };
}

function keyOfQuery({ search, genre, ordering }: TrackQuery): string {
  return JSON.stringify([search, genre, ordering]);
}

// The old result stays until there is a new one, so that nothing flickers while the user types.
effect(() => {
  const next = requestedSearch.value;
  if (next.pages.state.value.version) shownSearch.value = next;
});

// With the connection back, failed requests are repeated.
effect(() => {
  if (!isLive.value) return;
  untracked(() => {
    if (requestedSearch.value.pages.state.value.version) retryLibrary();
  });
});

// The URL is used by reloads, links and Back.
effect(() => {
  const tail = urlTail("library");
  if (tail === ownUrl) return;
  untracked(() => {
    const query = parseUrl(tail);
    searchText.value = query.search;
    updateQuery(query);
  });
});
