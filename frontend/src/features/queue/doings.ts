/** What a person does to an item of the queue. */

import { wishToSearch } from "../../store/library.ts";
import { show } from "../../store/place.ts";
import { showInQueue } from "../../store/queue_focus.ts";
import { act, actIn, view } from "../../store/room.ts";
import { tell } from "../../store/toasts.ts";
import type { Action, Place, ShownItem, Vote } from "../../sync/index.ts";
import type { KeyPlace } from "../../ui/places.ts";
import { shortened } from "../../ui/shortened.ts";
import { words } from "../../words/index.ts";

export type Step = "up" | "down" | "top" | "bottom";

/** A vote for that direction; taken back when it stands already. */
export function vote(item: ShownItem, direction: 1 | -1): void {
  const value: Vote = item.myVote === direction ? 0 : direction;
  act({ kind: "vote", item: item.ref, value });
}

/** Goes where tracks are found. */
export function findTrack(): void {
  show("library");
  wishToSearch();
}

export function play(item: ShownItem): void {
  act({ kind: "play", item: item.ref });
}

export function stop(): void {
  act({ kind: "stop" });
}

/** Takes the item out at once, and offers to bring it back. */
export function remove(item: ShownItem): void {
  const { queue, app } = words();
  const back = wayBack(item);
  act({ kind: "remove", item: item.ref });
  tell(queue.removed(shortened(item.track.title)), { label: app.undo, run: back });
}

export function move(key: string, place: KeyPlace): void {
  const item = itemOf(key);
  const named = placeOf(place);
  if (item && named) act({ kind: "move", item: item.ref, place: named });
}

/** Where a step leads to; null at the end of the list. */
export function placeOfStep(items: readonly ShownItem[], index: number, step: Step): KeyPlace | null {
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

function placeOf(place: KeyPlace): Place | null {
  if ("after" in place) {
    const above = itemOf(place.after);
    return above ? { after: above.ref } : null;
  }
  const below = itemOf(place.before);
  return below ? { before: below.ref } : null;
}

/** To the room that it was taken from, whichever is shown by then. */
function wayBack(item: ShownItem): () => void {
  const { room, items } = view.value;
  const back = restoring(item, items);
  return () => {
    const opId = actIn(room, back, item.track.title);
    if (view.value.room === room) showRestored(item, opId);
  };
}

/** The server keeps a removed item for a while; one that it has never seen is added anew where it stood. */
export function restoring(item: ShownItem, items: readonly ShownItem[]): Action {
  const { id, track, added_by: addedBy } = item;
  if (id !== null) return { kind: "restore", item: id };
  const above = items[items.indexOf(item) - 1];
  // The server names whoever gave no name.
  return { kind: "add", track, addedBy: addedBy || null, place: above ? { after: above.ref } : null };
}

/** Focus goes with it: what had it has gone with the offer. */
function showRestored({ id, key }: ShownItem, opId: string): void {
  const anew = view.value.items.find(({ ref }) => typeof ref !== "number" && ref.addedBy === opId);
  showInQueue(id === null ? (anew?.key ?? key) : key, "nearest");
}
