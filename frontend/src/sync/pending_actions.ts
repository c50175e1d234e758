/**
 * Which of the user's actions the confirmed state contains, and what follows from them.
 *
 * An action is settled when the event that it caused was applied, or when the state has reached the position of the
 * response. The user's own vote changes in the same step as the count that contains it, so no number flickers.
 */

import type { Action, Vote } from "./actions.ts";
import type { StreamPosition } from "./http_requests.ts";
import type { Item, StreamEvent } from "./messages.ts";
import {
  type ItemPosition,
  itemPosition,
  type KnownState,
  keyOfAddition,
  type PendingAction,
} from "./optimistic_updates.ts";
import type { Entry } from "./outbox_state.ts";
import type { Confirmed } from "./replica.ts";

// Removed items that can be shown again after an undo: the server restores them for 10 minutes.
const MAX_REMOVED = 50;
// A new item's event arrives immediately; an older item was restored.
const JUST_ADDED_MS = 1_000;
// The number of the user's own op ids that are recognized after their end.
const MAX_OWN_OPS = 2_000;

/** The one event that proves that the action was done, of those that it may cause. */
const DECISIVE: Record<Action["kind"], StreamEvent["type"]> = {
  add: "track.added",
  move: "track.moved",
  vote: "track.voted",
  play: "track.playing",
  stop: "track.playing",
  remove: "track.removed",
  restore: "track.added",
};

export class PendingActions {
  #ownVotes: ReadonlyMap<number, Vote> = new Map();
  #keys: ReadonlyMap<number, string> = new Map();
  #removed: ReadonlyMap<number, ItemPosition> = new Map();
  #settled = new Set<string>();
  // Items with own votes that the server's last response did not contain.
  readonly #unconfirmedVotes = new Set<number>();
  // Epochs that the state has left behind.
  readonly #left = new Set<string>();
  readonly #ownOps = new Set<string>();
  readonly #voted: (itemId: number, at: StreamPosition | null) => void;

  /** `voted` is called when the user's own vote on an item is another than before; `at`: since when, if that is known. */
  constructor(voted: (itemId: number, at: StreamPosition | null) => void) {
    this.#voted = voted;
  }

  get ownVotes(): ReadonlyMap<number, Vote> {
    return this.#ownVotes;
  }

  /** What there is to show. */
  known(items: readonly Item[], entries: readonly Entry[]): KnownState {
    const pending = entries.filter((entry) => this.#isPending(entry)).map(pendingAction);
    return { items, pending, ownVotes: this.#ownVotes, keys: this.#keys, removed: this.#removed };
  }

  isSettled({ opId }: Entry): boolean {
    return this.#settled.has(opId);
  }

  isOwn({ op_id }: StreamEvent): boolean {
    return op_id !== null && this.#ownOps.has(op_id);
  }

  /** Items with own votes of which the confirmed state may know or not. */
  votesUnderWay(entries: readonly Entry[]): number[] {
    const underWay = entries.filter((entry) => entry.request !== null && this.#isPending(entry));
    return underWay.map((entry) => this.#votedOn(entry)).filter((id) => id !== null);
  }

  titleOf(id: number): string {
    return this.#removed.get(id)?.item.track.title ?? "";
  }

  // --- What happens -------------------------------------------------------------------------------------

  /** Starts with the stored state. */
  restore(
    items: readonly Item[],
    ownVotes: Iterable<readonly [number, Vote]>,
    entries: readonly Entry[],
  ): void {
    this.#ownVotes = new Map(ownVotes);
    this.#keepKeys(items, entries);
  }

  /** To be called with the items as they were before the event. */
  applying(event: StreamEvent, items: readonly Item[], entries: readonly Entry[]): void {
    if (event.type === "track.removed") this.#noteRemoved(items, event.payload.id);
    if (event.type === "track.added") {
      this.#removed = new Map([...this.#removed].filter(([id]) => id !== event.payload.id));
      this.#keepKeys([event.payload], entries, event.op_id);
    }
    const entry = event.op_id === null ? undefined : entries.find(({ opId }) => opId === event.op_id);
    if (entry && DECISIVE[entry.action.kind] === event.type) this.settle(entry, entries, event);
  }

  /** Another state took the place of everything. */
  replaced(confirmed: Confirmed, before: Confirmed | null, entries: readonly Entry[]): void {
    this.#keepKeys(confirmed.items, entries);
    if (before?.epoch === confirmed.epoch) {
      this.#noteMissing(before, confirmed, entries);
      return;
    }
    if (before) this.#left.add(before.epoch);
    this.settleOtherEpochs(confirmed.epoch, entries);
  }

  /**
   * The state is of the server's current epoch: positions in another one will never be reached. Returns whether there
   * were any.
   */
  settleOtherEpochs(epoch: string, entries: readonly Entry[]): boolean {
    const late = entries.filter(
      (entry) => entry.answeredAt && entry.answeredAt.epoch !== epoch && !this.isSettled(entry),
    );
    for (const entry of late) this.settle(entry, entries);
    return late.length > 0;
  }

  /** The outbox or the state has changed: settles answered actions that the state contains. */
  sweep(confirmed: Confirmed | null, entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.status === "answered" && this.#isContained(entry, confirmed)) this.settle(entry, entries);
    }
  }

  /**
   * The confirmed state contains it, or will never prove it. `entries` are all, in order; `at` is when it was done.
   */
  settle(entry: Entry, entries: readonly Entry[], at: StreamPosition | null = entry.answeredAt): void {
    const { opId, action } = entry;
    if (this.#settled.has(opId)) return;
    this.#settled.add(opId);
    const item = this.#votedOn(entry);
    if (action.kind !== "vote" || item === null) return;
    // The responses to earlier votes on the item may arrive later, and must not restore them.
    for (const earlier of entries.slice(0, entries.indexOf(entry))) {
      if (this.#votedOn(earlier) === item) this.#settled.add(earlier.opId);
    }
    this.#ownVotes = new Map(this.#ownVotes).set(item, action.value);
    this.#voted(item, at);
  }

  /** The server's word on the user's own votes, but for items of which more is known here: it leaves out removed ones. */
  setOwnVotes(votes: ReadonlyMap<number, Vote>, except: ReadonlySet<number>): void {
    const kept = [...this.#ownVotes].filter(([id]) => except.has(id) || this.#removed.has(id));
    const current = [...votes].filter(([id]) => !except.has(id));
    // The response may be ahead: an item whose removal event has not arrived yet is missing, and may come back.
    for (const [id] of this.#ownVotes) this.#unconfirmedVotes.add(id);
    // Another tab may have voted on it before it was removed, while this one was frozen.
    for (const [id] of this.#removed) if (!this.#ownVotes.has(id)) this.#unconfirmedVotes.add(id);
    for (const [id] of votes) this.#unconfirmedVotes.delete(id);
    this.#ownVotes = new Map([...kept, ...current]);
  }

  /** To be called before the event is applied: whether it restores an item that was removed. */
  isBack(event: StreamEvent): boolean {
    return event.type === "track.added" && this.#removed.has(event.payload.id);
  }

  /** To be called before it is applied: whether it restores an item whose own vote is not known for sure. */
  isUnknownBack(event: StreamEvent): boolean {
    if (event.type !== "track.added") return false;
    const { id } = event.payload;
    if (this.#removed.has(id) && !this.#unconfirmedVotes.has(id)) return false;
    return Date.parse(event.ts) - Date.parse(event.payload.added_at) > JUST_ADDED_MS;
  }

  /** The entries of all rooms are these now. */
  track(entries: readonly Entry[]): void {
    for (const { opId } of entries) this.#ownOps.add(opId);
    for (const opId of this.#ownOps) {
      if (this.#ownOps.size <= MAX_OWN_OPS) break;
      this.#ownOps.delete(opId);
    }
    const there = new Set(entries.map(({ opId }) => opId));
    for (const opId of this.#settled) if (!there.has(opId)) this.#settled.delete(opId);
  }

  #isContained({ answeredAt }: Entry, confirmed: Confirmed | null): boolean {
    if (answeredAt === null) return true;
    // A moment of an epoch that is over will never be reached.
    if (this.#left.has(answeredAt.epoch)) return true;
    return confirmed?.epoch === answeredAt.epoch && confirmed.seq >= answeredAt.seq;
  }

  /** The item of a vote; this tab may not have read its id from the outbox yet. */
  #votedOn({ action }: Entry): number | null {
    if (action.kind !== "vote") return null;
    const { item } = action;
    if (typeof item === "number") return item;
    const key = keyOfAddition(item.addedBy);
    return [...this.#keys].find(([, one]) => one === key)?.[0] ?? null;
  }

  #isPending({ opId, status, outcome }: Entry): boolean {
    return status !== "stale" && outcome?.kind !== "rejected" && !this.#settled.has(opId);
  }

  /**
   * A track is in a queue once: what is confirmed takes over from what was shown for it. Of several own additions of
   * the track the first is meant, unless the event names another.
   */
  #keepKeys(items: readonly Item[], entries: readonly Entry[], opId: string | null = null): void {
    const additions = entries.filter((entry) => entry.action.kind === "add" && this.#isPending(entry));
    additions.sort((one, other) => Number(other.opId === opId) - Number(one.opId === opId));
    const byTrack = new Map(items.map((item) => [item.track_id, item]));
    for (const { action, opId: name } of additions) {
      const item = action.kind === "add" ? byTrack.get(action.track.id) : undefined;
      if (!item) continue;
      byTrack.delete(item.track_id);
      const key = keyOfAddition(name);
      const others = [...this.#keys].filter(([, one]) => one !== key);
      this.#keys = new Map([...others, [item.id, key]]);
    }
  }

  /** An item that the user removes can be restored also after a snapshot without it. */
  #noteMissing(before: Confirmed, { items }: Confirmed, entries: readonly Entry[]): void {
    const there = new Set(items.map(({ id }) => id));
    for (const entry of entries) {
      const { action } = entry;
      if ((action.kind !== "remove" && action.kind !== "restore") || !this.#isPending(entry)) continue;
      const { item } = action;
      if (typeof item === "number" && !there.has(item)) this.#noteRemoved(before.items, item);
    }
  }

  #noteRemoved(items: readonly Item[], id: number): void {
    const removed = itemPosition(items, id);
    if (!removed) return;
    const kept = [...this.#removed].filter(([other]) => other !== id).slice(1 - MAX_REMOVED);
    this.#removed = new Map([...kept, [id, removed]]);
  }
}

function pendingAction({ opId, action, madeAt, outcome }: Entry): PendingAction {
  return { opId, action, madeAt, itemId: outcome?.kind === "done" ? outcome.itemId : null };
}
