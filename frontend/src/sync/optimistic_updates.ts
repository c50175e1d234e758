/**
 * The shown items: the confirmed ones, with the user's unconfirmed actions applied. Pure.
 *
 * Actions are applied in the order in which they will be sent. An action whose item is gone is skipped: the server
 * will respond. In rooms ordered by votes rows wait for the server: only counts change.
 */

import {
  type Action,
  type ActionKind,
  type ItemRef,
  isSameItem,
  type Place,
  type StoredAction,
  type Vote,
} from "./actions.ts";
import type { Item } from "./messages.ts";
import type { ShownItem } from "./view.ts";

export interface KnownState {
  items: readonly Item[];
  /** The user's own votes as `items` contain them. */
  ownVotes: ReadonlyMap<number, Vote>;
  /** Own actions that `items` don't contain yet, in order. */
  pending: readonly PendingAction[];
  /** Items that were just removed, for undoing that. */
  removed: ReadonlyMap<number, ItemPosition>;
  /** By item id: the key with which an item was shown before it had an id. */
  keys: ReadonlyMap<number, string>;
}

export type PendingAction = Pick<StoredAction, "opId" | "action" | "madeAt"> & {
  /** The id of an added item, from the response. */
  itemId: number | null;
};

/** An item, and the one before it; null at the head. */
export interface ItemPosition {
  item: Item;
  after: number | null;
}

export interface Shown {
  items: readonly ShownItem[];
  playingKey: string | null;
}

export function keyOfAddition(opId: string): string {
  return `op:${opId}`;
}

/** `before` is what was shown last: equal rows stay the same objects. */
export function shownItems(known: KnownState, before: Shown): Shown {
  const rows = known.items.map((item) => confirmedRow(item, known));
  if (known.pending.length > 0) {
    for (const pending of known.pending) apply(rows, pending, known);
    reuseRows(rows, before.items);
  }
  const isSame = rows.length === before.items.length && rows.every((row, at) => row === before.items[at]);
  const playingKey = rows.find(({ is_playing }) => is_playing)?.key ?? null;
  if (isSame && playingKey === before.playingKey) return before;
  return { items: isSame ? before.items : rows, playingKey };
}

// A row depends only on its item, its key and the user's vote, so it can be reused.
const rowCache = new WeakMap<Item, ShownItem>();

function confirmedRow(item: Item, { keys, ownVotes }: KnownState): ShownItem {
  const key = keys.get(item.id) ?? `item:${item.id}`;
  const myVote = ownVotes.get(item.id) ?? 0;
  const before = rowCache.get(item);
  if (before?.key === key && before.myVote === myVote) return before;
  const { position: _, ...rest } = item;
  const row = { ...rest, ref: item.id, key, myVote, pending: [] };
  rowCache.set(item, row);
  return row;
}

/** Rows that were changed by actions are new objects; those that equal the shown ones are replaced by them. */
function reuseRows(rows: ShownItem[], before: readonly ShownItem[]): void {
  const byKey = new Map(before.map((row) => [row.key, row]));
  for (const [index, row] of rows.entries()) {
    const old = row.pending.length > 0 || row.id === null ? byKey.get(row.key) : undefined;
    if (old && isAlike(old, row)) rows[index] = old;
  }
}

function isAlike(one: ShownItem, other: ShownItem): boolean {
  const { pending, ref, ...rest } = other;
  return (
    one.pending.join() === pending.join() &&
    isSameItem(one.ref, ref) &&
    Object.entries(rest).every(([name, value]) => one[name as keyof typeof rest] === value)
  );
}

// --- The actions -------------------------------------------------------------------------------------

function apply(rows: ShownItem[], pending: PendingAction, known: KnownState): void {
  const { action } = pending;
  if (action.kind === "add") add(rows, pending, action);
  else if (action.kind === "stop") stopPlaying(rows, "stop");
  else if (action.kind === "restore") restore(rows, action.item, known);
  else change(rows, pending, action);
}

type Change = Exclude<Action, { kind: "add" | "stop" | "restore" }>;

function change(rows: ShownItem[], { madeAt }: PendingAction, action: Change): void {
  const index = indexOf(rows, action.item);
  const row = rows[index];
  if (!row) return;
  switch (action.kind) {
    case "remove":
      rows.splice(index, 1);
      break;
    case "vote":
      rows[index] = withPending(row, "vote", {
        votes: row.votes + action.value - row.myVote,
        myVote: action.value,
      });
      break;
    case "move":
      rows[index] = withPending(row, "move", {});
      move(rows, index, action.place);
      break;
    case "play":
      if (row.is_playing) break;
      stopPlaying(rows, null);
      rows[index] = withPending(row, "play", { is_playing: true, played_at: new Date(madeAt).toISOString() });
  }
}

function withPending(row: ShownItem, kind: ActionKind, change: Partial<ShownItem>): ShownItem {
  const pending = row.pending.includes(kind) ? row.pending : [...row.pending, kind];
  return { ...row, ...change, pending };
}

function indexOf(rows: readonly ShownItem[], ref: ItemRef): number {
  if (typeof ref === "number") return rows.findIndex(({ id }) => id === ref);
  const addition = keyOfAddition(ref.addedBy);
  return rows.findIndex(({ key }) => key === addition);
}

/** Nothing plays any more. `kind`: what is under way with that which did; null where another one takes over. */
function stopPlaying(rows: ShownItem[], kind: "stop" | null): void {
  const index = rows.findIndex(({ is_playing }) => is_playing);
  const playing = rows[index];
  if (playing) rows[index] = withPending(playing, kind ?? "play", { is_playing: false });
}

function move(rows: ShownItem[], from: number, place: Place): void {
  const [row] = rows.splice(from, 1) as [ShownItem];
  rows.splice(placeIn(rows, place) ?? from, 0, row);
}

/** The index of that place; null if the neighbor is missing. */
function placeIn(rows: readonly ShownItem[], place: Place): number | null {
  const index = indexOf(rows, "after" in place ? place.after : place.before);
  if (index < 0) return null;
  return "after" in place ? index + 1 : index;
}

function add(
  rows: ShownItem[],
  { opId, itemId, madeAt }: PendingAction,
  action: Action & { kind: "add" },
): void {
  const { track, addedBy, place } = action;
  // A track is in a queue once. Either this is the same item, or the server will reject the addition.
  if (rows.some(({ track_id }) => track_id === track.id)) return;
  const row: ShownItem = {
    id: itemId,
    ref: itemId ?? { addedBy: opId },
    key: keyOfAddition(opId),
    track,
    track_id: track.id,
    votes: 0,
    added_by: addedBy ?? "",
    is_playing: false,
    added_at: new Date(madeAt).toISOString(),
    played_at: null,
    myVote: 0,
    pending: ["add"],
  };
  rows.splice((place && placeIn(rows, place)) ?? rows.length, 0, row);
}

function restore(rows: ShownItem[], id: number, known: KnownState): void {
  const old = known.removed.get(id) ?? itemPosition(known.items, id);
  if (!old || rows.some(({ track_id }) => track_id === old.item.track_id)) return;
  const row = withPending(confirmedRow(old.item, known), "restore", { is_playing: false });
  rows.splice(old.after === null ? 0 : (placeIn(rows, { after: old.after }) ?? rows.length), 0, row);
}

/** The position of the item, for putting it back there. */
export function itemPosition(items: readonly Item[], id: number): ItemPosition | null {
  const index = items.findIndex((item) => item.id === id);
  const item = items[index];
  return item ? { item, after: items[index - 1]?.id ?? null } : null;
}
