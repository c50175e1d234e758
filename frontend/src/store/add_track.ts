/** Adds tracks: also those that are queued already, in another version too, or have left the library. */

import { signal } from "@preact/signals";
import { messages } from "../locales/index.ts";
import type { Action, ShownItem, Track } from "../sync/index.ts";
import { ownName, wasNameAsked } from "./identity.ts";
import { act, actIn, addTrack, isLive, onNotice, view, whenShown } from "./room.ts";
import { revealInQueue, showQueue } from "./router.ts";
import { showToast } from "./toasts.ts";
import { queuedTracks } from "./up_next.ts";

type TrackName = Pick<Track, "title" | "artist">;

/** The queued item of another version of the track; null if there is none. */
export function otherVersionOf(track: Track): ShownItem | null {
  const name = normalizedName(track);
  for (const { item } of queuedTracks.value.values()) {
    if (item.track_id !== track.id && normalizedName(item.track) === name) return item;
  }
  return null;
}

/** Whatever the capitals, the accents and the blanks. */
export function normalizedName({ title, artist }: TrackName): string {
  return [title, artist]
    .map((text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim().toLowerCase())
    .join("\n");
}

export type QueuePosition =
  | { kind: "free" }
  /** The server has not confirmed its addition yet. */
  | { kind: "pending"; place: number }
  /** `place` counts from 1, and is 0 for what plays. */
  | { kind: "queued"; place: number };

/** Ids of tracks that the server no longer has, as far as this browser has tried to add them. */
export const goneTracks = signal<ReadonlySet<number>>(new Set());

/** The user is asked about a track of which another version is queued. */
export const otherVersionPrompt = signal<{ track: Track; queued: ShownItem } | null>(null);

/** The id of the item that was added last by this browser. */
let lastAddedId: number | null = null;

/** The first track that is added in this browser: the user is prompted for a name. */
export const namePrompt = signal<Track | null>(null);

export interface OpenTrack {
  track: Track;
  /** Beside it the sheet opens; it gets focus back. */
  row: HTMLElement;
}

/** The track whose sheet is open. */
export const trackSheet = signal<OpenTrack | null>(null);

export function queuePositionOf(trackId: number): QueuePosition {
  const found = queuedTracks.value.get(trackId);
  if (!found) return { kind: "free" };
  return { kind: found.item.pending.includes("add") ? "pending" : "queued", place: found.place };
}

/** Adds the track. One that is queued already gets a vote instead, and is shown. Returns whether it was added. */
export function addOnce(track: Track): boolean {
  const found = queuedTracks.value.get(track.id);
  if (found) {
    if (queuePositionOf(track.id).kind === "queued") void voteForQueued(found.item, found.place);
    return false;
  }
  const queued = otherVersionOf(track);
  if (queued) otherVersionPrompt.value = { track, queued };
  else return addAfterNamePrompt(track);
  return false;
}

/** Adds the track, after the prompt for a name. Returns whether it was added without one. */
export function addAfterNamePrompt(track: Track): boolean {
  // Names are saved by the server: without connection the prompt comes another time.
  const asks = !wasNameAsked.value && !ownName.value && isLive.value;
  if (asks) namePrompt.value = track;
  else addTrack(track);
  return !asks;
}

/**
 * Adding a queued track votes for it, and then reveals its new position. Either that vote
 * can be undone there, or the user's last addition.
 */
export async function voteForQueued(item: ShownItem, place: number): Promise<void> {
  const from = document.activeElement;
  const opId = place && item.myVote < 1 ? act({ kind: "vote", item: item.ref, value: 1 }) : null;
  showQueue();
  if (opId && !(await whenShown(opId))) return;
  const { library, ordinal, app, queue } = messages();
  const now = queuedTracks.value.get(item.track_id);
  const isOwnLast = item.id !== null && item.id === lastAddedId;
  if (now?.place && isOwnLast) {
    const run = () => ifQueued(item, { kind: "remove", item: item.ref });
    showToast(library.ownQueued(ordinal(now.place)), { label: queue.remove, run });
  } else if (now?.place) {
    const run = () => ifQueued(item, { kind: "vote", item: item.ref, value: item.myVote });
    showToast(library.alreadyQueued(ordinal(now.place)), opId ? { label: app.undo, run } : undefined);
  }
  revealInQueue(item.key, "middle", from);
}

/** Unless it is gone by now, or another room is shown. */
function ifQueued({ id }: ShownItem, action: Action): void {
  if (view.value.items.some((item) => item.id === id)) act(action);
}

/** The text of the button once the track is queued: "3rd". */
export function positionText(standing: QueuePosition): string {
  if (standing.kind === "free") return "";
  return standing.place ? messages().ordinal(standing.place) : messages().queue.now;
}

/** The name of a button that adds the track: what it would do, or why there is nothing to do. */
export function addButtonLabel(track: Track): string {
  return addButtonLabelAt(track, queuePositionOf(track.id));
}

/** The same of one whose place is known in another way. */
export function addButtonLabelAt(track: Pick<Track, "title" | "artist">, standing: QueuePosition): string {
  const { library, ordinal } = messages();
  if (standing.kind === "free") return library.addNamed(track.title, track.artist);
  if (standing.kind === "pending") return library.pendingNamed(track.title);
  if (!standing.place) return library.playingNamed(track.title);
  return library.queuedNamed(track.title, ordinal(standing.place));
}

/** Adds the track of the prompt for a name. */
export function addWithoutName(): void {
  const track = namePrompt.value;
  namePrompt.value = null;
  if (track) addTrack(track);
}

onNotice((notice) => {
  if (notice.kind === "done" && notice.stored.action.kind === "add") lastAddedId = notice.itemId;
  if (notice.kind !== "rejected") return;
  const { code, details, stored } = notice.rejection;
  const { action, room } = stored;
  if (action.kind !== "add") return;
  if (code === "NOT_FOUND") goneTracks.value = new Set([...goneTracks.value, action.track.id]);
  // Another user has added the track first: vote for it instead.
  const { item_id: item } = details;
  if (code === "DUPLICATE_TRACK" && typeof item === "number") {
    actIn(room, { kind: "vote", item, value: 1 }, stored.title);
  }
});
