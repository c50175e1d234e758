/** What one likes, while it is being chosen: bounded as the server bounds it, and each name once. */

import { signal } from "@preact/signals";
import { fetchTracks } from "../api/tracks.ts";
import type { Profile } from "../generated/api.ts";

export const MOST = { favorite_genres: 20, favorite_artists: 50 } as const;
export const LONGEST_ARTIST = 200;
export const MOODS = ["energetic", "calm", "happy", "sad", "focused", "party"] as const;
export type Mood = (typeof MOODS)[number];

/** Rises each time that what one likes was saved: lists that go by it are to be made anew. */
export const tasteChanges = signal(0);

// As few letters as name somebody.
const LEAST_LETTERS = 2;
const SUGGESTED = 8;
const LOOKED_THROUGH = 60;

export function has(names: readonly string[], name: string): boolean {
  return names.some((one) => isSame(one, name));
}

/** With the name, or without it where it was there. */
export function toggled(names: readonly string[], name: string): string[] {
  return has(names, name) ? names.filter((one) => !isSame(one, name)) : [...names, name];
}

/** The library's genres, and those that were chosen before the library lost them. */
export function offeredGenres(library: readonly string[], chosen: readonly string[]): string[] {
  return [...library, ...chosen.filter((name) => !has(library, name))];
}

export function areSame(one: Profile, other: Profile): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Artists of the library whose name contains what is typed; none where they can't be had. */
export async function artistsLike(typed: string): Promise<string[]> {
  const search = typed.trim();
  if (search.length < LEAST_LETTERS) return [];
  const query = { search, genre: "", ordering: "artist" } as const;
  try {
    const { tracks } = await fetchTracks(query, { offset: 0, limit: LOOKED_THROUGH });
    const names = new Set(tracks.map(({ artist }) => artist));
    return [...names].filter((name) => fold(name).includes(fold(search))).slice(0, SUGGESTED);
  } catch {
    return [];
  }
}

function isSame(one: string, other: string): boolean {
  return fold(one) === fold(other);
}

function fold(name: string): string {
  return name.toLocaleLowerCase();
}
