/** Why something is recommended, in the reader's language. */

import { signal } from "@preact/signals";
import type { Reason, Recommendation } from "../api/recommendations.ts";
import { fetchTrack } from "../api/tracks.ts";
import { language, laterWords } from "../words/index.ts";

/** The language that the server speaks: what it says needs no names. */
const SERVERS_LANGUAGE = "en";

/** Titles of tracks that reasons speak of, by id; "" for one that could not be had. */
const titles = signal<ReadonlyMap<number, string>>(new Map());

/** The best reason. `laterWords` must be there. */
export function reasonOf({ track, reasons }: Pick<Recommendation, "track" | "reasons">): string {
  const [best] = reasons;
  if (!best) return "";
  const title = (best.track_id && titles.value.get(best.track_id)) || "";
  const { artist, genre } = track;
  return laterWords().discover.reason({ kind: best.kind, text: best.text, artist, genre, title });
}

/** Finds the titles that the sentences of another language than the server's need. */
export async function learnTitles(reasons: readonly (Reason | undefined)[]): Promise<void> {
  if (language.value === SERVERS_LANGUAGE) return;
  const ids = new Set(reasons.map((reason) => reason?.track_id).filter((id) => typeof id === "number"));
  const unknown = [...ids].filter((id) => !titles.peek().has(id));
  if (!unknown.length) return;
  const found = await Promise.all(unknown.map(async (id) => [id, await titleOf(id)] as const));
  titles.value = new Map([...titles.peek(), ...found]);
}

async function titleOf(id: number): Promise<string> {
  try {
    return (await fetchTrack(id)).title;
  } catch {
    return "";
  }
}
