/** Tracks suggested for an empty queue, and the reasons of recommendations in the user's language. */

import { signal } from "@preact/signals";
import { fetchRoomRecommendations, type Reason, type Recommendation } from "../api/recommendations.ts";
import { fetchTrack, fetchTracks } from "../api/tracks.ts";
import { language, lazyMessages, loadLazyMessages } from "../locales/index.ts";
import type { Track } from "../sync/index.ts";
import { genreTitle } from "./library.ts";

export interface Suggestion {
  track: Track;
  /** With the reason; null for a track without one. */
  recommendation: Recommendation | null;
}

const SUGGESTION_COUNT = 3;

export const suggestions = signal<readonly Suggestion[]>([]);

let loadedRoom = "";

/** Safe to repeat. */
export async function loadSuggestions(room: string): Promise<void> {
  if (suggestions.value.length && loadedRoom === room) return;
  loadedRoom = room;
  const recommended = await roomSuggestions(room);
  const found = recommended.length ? recommended : await librarySuggestions();
  if (loadedRoom === room) suggestions.value = found;
}

async function roomSuggestions(room: string): Promise<Suggestion[]> {
  try {
    const [{ recommendations }] = await Promise.all([
      fetchRoomRecommendations(room, SUGGESTION_COUNT),
      loadLazyMessages(),
    ]);
    return recommendations.flatMap((recommendation) =>
      recommendation.track.id === null ? [] : [{ track: recommendation.track as Track, recommendation }],
    );
  } catch {
    return [];
  }
}

async function librarySuggestions(): Promise<Suggestion[]> {
  const query = { search: "", genre: "", ordering: "" } as const;
  try {
    const { tracks } = await fetchTracks(query, { offset: 0, limit: SUGGESTION_COUNT });
    return tracks.map((track) => ({ track, recommendation: null }));
  } catch {
    // The connection's state shows the missing network; a later request loads them.
    return [];
  }
}

/** The language of the server's texts, which need no titles. */
const SERVER_LANGUAGE = "en";

/** Titles of tracks that reasons mention, by id; "" for one that could not be had. */
const titles = signal<ReadonlyMap<number, string>>(new Map());

type Reasoned = Pick<Recommendation, "track" | "reasons">;

// More rows in a row with the same reason say nothing new.
const MOST_IN_A_ROW = 2;

/** The best reason, or the given one. `lazyMessages` must be there. */
export function reasonText({ track, reasons }: Reasoned, reason: Reason | undefined = reasons[0]): string {
  return reason ? sentence(track, reason, (reason.track_id && titles.value.get(reason.track_id)) || "") : "";
}

function sentence({ artist, genre }: Reasoned["track"], { kind, text }: Reason, title: string): string {
  return lazyMessages().discover.reason({ kind, text, artist, genre: genre && genreTitle(genre), title });
}

/**
 * The reason that each row of a list shows: its best one that is not read in both rows above. Undefined if it has no
 * other. `lazyMessages` must be there.
 */
export function variedReasons(list: readonly Reasoned[]): (Reason | undefined)[] {
  const read: string[] = [];
  return list.map(({ track, reasons }) => {
    const above = read.slice(-MOST_IN_A_ROW);
    // With the id in place of the title, which may not be loaded yet.
    const key = (reason: Reason) => sentence(track, reason, String(reason.track_id ?? ""));
    const isWorn = (reason: Reason) =>
      above.length === MOST_IN_A_ROW && above.every((one) => one === key(reason));
    const reason = reasons.find((one) => !isWorn(one));
    read.push(reason ? key(reason) : "");
    return reason;
  });
}

/** Finds the titles that the sentences of another language than the server's need. */
export async function loadReasonTitles(reasons: readonly (Reason | undefined)[]): Promise<void> {
  if (language.value === SERVER_LANGUAGE) return;
  const ids = new Set(reasons.map((reason) => reason?.track_id).filter((id) => typeof id === "number"));
  const unknown = [...ids].filter((id) => !titles.peek().has(id));
  if (!unknown.length) return;
  const found = await Promise.all(unknown.map(async (id) => [id, await fetchTitle(id)] as const));
  titles.value = new Map([...titles.peek(), ...found]);
}

async function fetchTitle(id: number): Promise<string> {
  try {
    return (await fetchTrack(id)).title;
  } catch {
    return "";
  }
}
