/** A few tracks of the library to begin an empty queue with. */

import { signal } from "@preact/signals";
import { fetchTracks } from "../api/tracks.ts";
import type { Track } from "../sync/index.ts";

const COUNT = 3;

export const suggestions = signal<readonly Track[]>([]);

/** Safe to repeat. */
export async function loadSuggestions(): Promise<void> {
  if (suggestions.value.length) return;
  const query = { search: "", genre: "", ordering: "" } as const;
  try {
    suggestions.value = (await fetchTracks(query, { offset: 0, limit: COUNT })).tracks;
  } catch {
    // The page says elsewhere that the network is gone; whoever asks again gets them.
  }
}
