/** Adding a track that may stand in the queue already, or may have left the library. */

import { signal } from "@preact/signals";
import type { Track } from "../sync/index.ts";
import { words } from "../words/index.ts";
import { addTrack, itemOfTrack, onNotice } from "./room.ts";
import { tell } from "./toasts.ts";

export type Standing =
  | { kind: "free" }
  /** Its addition has not been answered yet. */
  | { kind: "pending"; place: number }
  /** `place` counts from 1. */
  | { kind: "queued"; place: number };

/** Ids of tracks that the server no longer has, as far as somebody has tried to add them. */
export const goneTracks = signal<ReadonlySet<number>>(new Set());

export function standingOf(trackId: number): Standing {
  const found = itemOfTrack.value.get(trackId);
  if (!found) return { kind: "free" };
  return { kind: found.item.pending.includes("add") ? "pending" : "queued", place: found.place };
}

/** Adds the track; one that is queued already stays where it is, which is said. Gives whether it was added. */
export function addOnce(track: Track): boolean {
  const standing = standingOf(track.id);
  if (standing.kind === "free") {
    addTrack(track);
    return true;
  }
  const { library, ordinal } = words();
  if (standing.kind === "queued") tell(library.alreadyQueued(ordinal(standing.place)));
  return false;
}

/** The name of a button that adds the track: what it would do, or why there is nothing to do. */
export function addingName(track: Track): string {
  return nameOfAdding(track, standingOf(track.id));
}

/** The same of one whose place is known in another way. */
export function nameOfAdding(track: Pick<Track, "title" | "artist">, standing: Standing): string {
  const { library, ordinal } = words();
  if (standing.kind === "free") return library.addNamed(track.title, track.artist);
  if (standing.kind === "pending") return library.pendingNamed(track.title);
  return library.queuedNamed(track.title, ordinal(standing.place));
}

onNotice((notice) => {
  if (notice.kind !== "refused" || notice.refusal.code !== "NOT_FOUND") return;
  const { action } = notice.refusal.stored;
  if (action.kind === "add") goneTracks.value = new Set([...goneTracks.value, action.track.id]);
});
