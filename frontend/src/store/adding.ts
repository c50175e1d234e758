/** Adding a track that may stand in the queue already, or may have left the library. */

import { signal } from "@preact/signals";
import type { ShownItem, Track } from "../sync/index.ts";
import { words } from "../words/index.ts";
import { showQueue } from "./place.ts";
import { showInQueue } from "./queue_focus.ts";
import { act, actIn, addTrack, onNotice } from "./room.ts";
import { tell } from "./toasts.ts";
import { twinOf } from "./twins.ts";
import { itemOfTrack } from "./up_next.ts";

export type Standing =
  | { kind: "free" }
  /** Its addition has not been answered yet. */
  | { kind: "pending"; place: number }
  /** `place` counts from 1, and is 0 for what plays. */
  | { kind: "queued"; place: number };

/** Ids of tracks that the server no longer has, as far as somebody has tried to add them. */
export const goneTracks = signal<ReadonlySet<number>>(new Set());

/** A track that is to be added though the same song from another album is queued: somebody is asked. */
export const twinQuestion = signal<{ track: Track; queued: ShownItem } | null>(null);

export function standingOf(trackId: number): Standing {
  const found = itemOfTrack.value.get(trackId);
  if (!found) return { kind: "free" };
  return { kind: found.item.pending.includes("add") ? "pending" : "queued", place: found.place };
}

/** Adds the track. One that is queued already gets a vote instead, and is shown. Gives whether it was added. */
export function addOnce(track: Track): boolean {
  const found = itemOfTrack.value.get(track.id);
  if (found) {
    if (standingOf(track.id).kind === "queued") wishAgain(found.item, found.place);
    return false;
  }
  const queued = twinOf(track);
  if (queued) twinQuestion.value = { track, queued };
  else addTrack(track);
  return !queued;
}

/** Who wishes for what is queued votes for it, and is led to it. */
export function wishAgain(item: ShownItem, place: number): void {
  const { library, ordinal } = words();
  if (place) {
    if (item.myVote < 1) act({ kind: "vote", item: item.ref, value: 1 });
    tell(library.alreadyQueued(ordinal(place)));
  }
  showQueue();
  showInQueue(item.key);
}

/** What such a button says once it is queued: "3rd". */
export function placeText(standing: Standing): string {
  if (standing.kind === "free") return "";
  return standing.place ? words().ordinal(standing.place) : words().queue.now;
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
  if (!standing.place) return library.playingNamed(track.title);
  return library.queuedNamed(track.title, ordinal(standing.place));
}

onNotice((notice) => {
  if (notice.kind !== "refused") return;
  const { code, details, stored } = notice.refusal;
  const { action, room } = stored;
  if (action.kind !== "add") return;
  if (code === "NOT_FOUND") goneTracks.value = new Set([...goneTracks.value, action.track.id]);
  // Somebody was faster.
  const { item_id: item } = details;
  if (code === "DUPLICATE_TRACK" && typeof item === "number") {
    actIn(room, { kind: "vote", item, value: 1 }, stored.title);
  }
});
