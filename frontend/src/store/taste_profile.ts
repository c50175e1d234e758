/** What one likes, while it is being chosen: bounded as the server bounds it, and each name once. */

import { signal } from "@preact/signals";
import { fetchTracks } from "../api/tracks.ts";

export const MAX_FAVORITES = { favorite_genres: 20, favorite_artists: 50 } as const;
export const MAX_ARTIST_LENGTH = 200;
export const MOODS = ["energetic", "calm", "happy", "sad", "focused", "party"] as const;
export type Mood = (typeof MOODS)[number];

/** Increases each time that preferences were saved, so that recommendations are loaded again. */
export const tasteChanges = signal(0);

// The shortest search for an artist.
const MIN_LETTERS = 2;
const MAX_SUGGESTIONS = 8;
const SEARCH_LIMIT = 60;

export function includesName(names: readonly string[], name: string): boolean {
  return names.some((one) => isSameName(one, name));
}

/** With the name, or without it where it was there. */
export function toggled(names: readonly string[], name: string): string[] {
  return includesName(names, name) ? names.filter((one) => !isSameName(one, name)) : [...names, name];
}

/** The library's genres, and those that were chosen before the library lost them. */
export function selectableGenres(library: readonly string[], chosen: readonly string[]): string[] {
  return [...library, ...chosen.filter((name) => !includesName(library, name))];
}

/** Artists of the library whose name contains what is typed; none where they can't be had. */
export async function matchingArtists(typed: string): Promise<string[]> {
  const search = typed.trim();
  if (search.length < MIN_LETTERS) return [];
  const query = { search, genre: "", ordering: "artist" } as const;
  try {
    const { tracks } = await fetchTracks(query, { offset: 0, limit: SEARCH_LIMIT });
    const names = new Set(tracks.map(({ artist }) => artist));
    return [...names]
      .filter((name) => normalized(name).includes(normalized(search)))
      .slice(0, MAX_SUGGESTIONS);
  } catch {
    return [];
  }
}

function isSameName(one: string, other: string): boolean {
  return normalized(one) === normalized(other);
}

function normalized(name: string): string {
  return name.toLocaleLowerCase();
}
