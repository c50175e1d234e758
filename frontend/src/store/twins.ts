/** The same song from another album: another track of the library, of the same title by the same artist. */

import type { ShownItem, Track } from "../sync/index.ts";
import { itemOfTrack } from "./up_next.ts";

type Named = Pick<Track, "title" | "artist">;

/** What stands in the queue of it. */
export function twinOf(track: Track): ShownItem | null {
  const name = foldedName(track);
  for (const { item } of itemOfTrack.value.values()) {
    if (item.track_id !== track.id && foldedName(item.track) === name) return item;
  }
  return null;
}

/** Whatever the capitals, the accents and the blanks. */
export function foldedName({ title, artist }: Named): string {
  return [title, artist]
    .map((text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim().toLowerCase())
    .join("\n");
}
