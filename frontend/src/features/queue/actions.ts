/** What a person does to an item of the queue. */

import { messages } from "../../locales/index.ts";
import { act, actIn, view } from "../../store/room.ts";
import { requestSearchFocus, revealInQueue, showPart } from "../../store/router.ts";
import { showToast, truncate } from "../../store/toasts.ts";
import type { Action, Place, ShownItem, Vote } from "../../sync/index.ts";
import type { DropPosition } from "../../ui/drop_position.ts";

export type Step = "up" | "down" | "top" | "bottom";

/** A vote in that direction; withdrawn if it is the current one. */
export function vote(item: ShownItem, direction: 1 | -1): void {
  const value: Vote = item.myVote === direction ? 0 : direction;
  act({ kind: "vote", item: item.ref, value });
}

/** Goes where tracks are found. */
export function findTrack(): void {
  showPart("library");
  requestSearchFocus();
}

export function play(item: ShownItem): void {
  act({ kind: "play", item: item.ref });
}

export function stop(): void {
  act({ kind: "stop" });
}

/** Takes the item out immediately, and offers to bring it back. */
export function remove(item: ShownItem): void {
  const { queue, app } = messages();
  const back = undoOf(item);
  act({ kind: "remove", item: item.ref });
  showToast(queue.removed(truncate(item.track.title)), { label: app.undo, run: back });
}

export function move(key: string, place: DropPosition): void {
  const item = itemOf(key);
  const named = placeForServer(place);
  if (item && named) act({ kind: "move", item: item.ref, place: named });
}

/** Where a step leads to; null at the end of the list. */
export function positionAfterStep(
  items: readonly ShownItem[],
  index: number,
  step: Step,
): DropPosition | null {
  const first = items[0];
  const last = items.at(-1);
  const above = items[index - 1];
  const below = items[index + 1];
  if (step === "up") return above ? { before: above.key } : null;
  if (step === "down") return below ? { after: below.key } : null;
  if (step === "top") return first && above ? { before: first.key } : null;
  return last && below ? { after: last.key } : null;
}

function itemOf(key: string): ShownItem | undefined {
  return view.value.items.find((item) => item.key === key);
}

function placeForServer(place: DropPosition): Place | null {
  if ("after" in place) {
    const above = itemOf(place.after);
    return above ? { after: above.ref } : null;
  }
  const below = itemOf(place.before);
  return below ? { before: below.ref } : null;
}

/** To the room that it was taken from, whichever is shown by then. */
function undoOf(item: ShownItem): () => void {
  const { room, items } = view.value;
  const back = restoreAction(item, items);
  return () => {
    const opId = actIn(room, back, item.track.title);
    if (view.value.room === room) showRestored(item, opId);
  };
}

/** The server can restore a removed item for a while; one that it has never had is added again at its position. */
export function restoreAction(item: ShownItem, items: readonly ShownItem[]): Action {
  const { id, track, added_by: addedBy } = item;
  if (id !== null) return { kind: "restore", item: id };
  const above = items[items.indexOf(item) - 1];
  // Without a name the server sets one.
  return { kind: "add", track, addedBy: addedBy || null, place: above ? { after: above.ref } : null };
}

/** Focus goes with it: what had it has gone with the offer. */
function showRestored({ id, key }: ShownItem, opId: string): void {
  const restored = view.value.items.find(({ ref }) => typeof ref !== "number" && ref.addedBy === opId);
  revealInQueue(id === null ? (restored?.key ?? key) : key, "nearest");
}
