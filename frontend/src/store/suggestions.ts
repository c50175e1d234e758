/** A few tracks to begin an empty queue with: what those in the room would like, else the first of the library. */

import { signal } from "@preact/signals";
import { fetchRoomRecommendations, type Recommendation } from "../api/recommendations.ts";
import { fetchTracks } from "../api/tracks.ts";
import type { Track } from "../sync/index.ts";
import { loadLaterWords } from "../words/index.ts";

export interface Suggestion {
  track: Track;
  /** Says why, where there is a reason that can be said. */
  recommendation: Recommendation | null;
}

const COUNT = 3;

export const suggestions = signal<readonly Suggestion[]>([]);

let shownIn = "";

/** Safe to repeat. */
export async function loadSuggestions(room: string): Promise<void> {
  if (suggestions.value.length && shownIn === room) return;
  shownIn = room;
  const recommended = await recommendedIn(room);
  const found = recommended.length ? recommended : await firstOfLibrary();
  if (shownIn === room) suggestions.value = found;
}

async function recommendedIn(room: string): Promise<Suggestion[]> {
  try {
    const [{ recommendations }] = await Promise.all([
      fetchRoomRecommendations(room, COUNT),
      loadLaterWords(),
    ]);
    return recommendations.flatMap((recommendation) =>
      recommendation.track.id === null ? [] : [{ track: recommendation.track as Track, recommendation }],
    );
  } catch {
    return [];
  }
}

async function firstOfLibrary(): Promise<Suggestion[]> {
  const query = { search: "", genre: "", ordering: "" } as const;
  try {
    const { tracks } = await fetchTracks(query, { offset: 0, limit: COUNT });
    return tracks.map((track) => ({ track, recommendation: null }));
  } catch {
    // The page says elsewhere that the network is gone; whoever asks again gets them.
    return [];
  }
}
