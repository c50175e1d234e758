/** What `RoomClient` shows of a room: immutable values, how the next one is made, and who is notified of it. */

import type { ActionKind, ItemRef, StoredAction, Vote } from "./actions.ts";
import type { Environment } from "./environment.ts";
import type { Item, StreamEvent } from "./messages.ts";
import { shownItems } from "./optimistic_updates.ts";
import { isWaiting } from "./outbox_rules.ts";
import type { Entry } from "./outbox_state.ts";
import type { PendingActions } from "./pending_actions.ts";
import type { Confirmed } from "./replica.ts";

/** An item with the actions that the server has not confirmed yet. */
export interface ShownItem extends Omit<Item, "id" | "position"> {
  /** Null while the item's addition is not confirmed. */
  id: number | null;
  /** How actions name the item. */
  ref: ItemRef;
  /** Stays the same from the tap on Add on, through the response, as long as the item lives. */
  key: string;
  myVote: Vote;
  /** Pending actions on it; empty if the server has confirmed its state. */
  pending: readonly ActionKind[];
}

export type ConnectionState =
  | { kind: "connecting" }
  /** Every event up to `RoomView.seq` is here. */
  | { kind: "live" }
  /** The next try is at `retryAt`, in milliseconds of this browser's clock. */
  | { kind: "reconnecting"; retryAt: number; isRestart: boolean }
  /** The browser reports that there is no network. */
  | { kind: "offline" }
  /** It is pointless to come back. */
  | { kind: "ended"; reason: "no-such-room" | "origin-not-allowed" };

export interface RoomView {
  room: string;
  connection: ConnectionState;
  /** The stream's incarnation and the last event that `items` contains; null and 0 before anything is known. */
  epoch: string | null;
  seq: number;
  /** Whether `items` is known at all: from the server, or from the stored state. */
  isKnown: boolean;
  /** In order. */
  items: readonly ShownItem[];
  /** `key` of the item that plays. */
  playingKey: string | null;
  /** Actions of all tabs without a response yet. */
  waiting: readonly StoredAction[];
  /**
   * Rate limited: until then, in milliseconds of this browser's clock, the server accepts none of the waiting
   * actions.
   */
  limitedUntil: number | null;
  /** Actions too old to be sent, of all rooms: one may never come back to the room that they belong to. */
  stale: readonly StoredAction[];
  /** How often a heartbeat's digest differed and a snapshot resynced it. */
  resyncs: number;
}

/** Why the server rejected an action, or why it was given up. */
export interface Rejection {
  stored: StoredAction;
  /** A code of the API's errors. */
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

export type Notice =
  /** An event has been applied. `isOwn`: this browser (any of its tabs) caused it. */
  | { kind: "event"; event: StreamEvent; isOwn: boolean; before: readonly ShownItem[] }
  | { kind: "rejected"; rejection: Rejection }
  /** The server has done it. `itemId` is that of the response, for an added or restored item. */
  | { kind: "done"; stored: StoredAction; itemId: number | null }
  | { kind: "resynced" }
  /** The whole state was replaced by a snapshot: what changed is not known event by event. */
  | { kind: "snapshot" };

export interface ViewSource {
  connection: ConnectionState;
  confirmed: Confirmed | null;
  /** Of this room. */
  entries: readonly Entry[];
  /** Of all rooms. */
  stale: readonly Entry[];
  pendingActions: PendingActions;
  resyncs: number;
}

export function emptyView(room: string): RoomView {
  return {
    room,
    connection: { kind: "connecting" },
    epoch: null,
    seq: 0,
    isKnown: false,
    items: [],
    playingKey: null,
    waiting: [],
    limitedUntil: null,
    stale: [],
    resyncs: 0,
  };
}

export function nextView(
  before: RoomView,
  { connection, confirmed, entries, stale, pendingActions, resyncs }: ViewSource,
): RoomView {
  const { items, playingKey } = shownItems(pendingActions.known(confirmed?.items ?? [], entries), before);
  const waiting = entries.filter(isWaiting);
  const after: RoomView = {
    room: before.room,
    connection,
    epoch: confirmed?.epoch ?? null,
    seq: confirmed?.seq ?? 0,
    isKnown: confirmed !== null,
    items,
    playingKey,
    waiting: sameIfEqual(before.waiting, waiting),
    // The first holds up all others: they are sent in order.
    limitedUntil: waiting[0]?.isLimited ? waiting[0].notBefore : null,
    stale: sameIfEqual(before.stale, stale),
    resyncs,
  };
  const names = Object.keys(after) as (keyof RoomView)[];
  return names.every((name) => before[name] === after[name]) ? before : after;
}

function sameIfEqual(before: readonly StoredAction[], after: readonly StoredAction[]) {
  const isEqual = before.length === after.length && before.every((one, index) => one === after[index]);
  return isEqual ? before : after;
}

export class ViewNotifier<View> {
  readonly #environment: Environment;
  readonly #take: () => View;
  readonly #listeners = new Set<(view: View) => void>();
  #notified: View;
  #isWaiting = false;

  constructor(environment: Environment, take: () => View) {
    this.#environment = environment;
    this.#take = take;
    this.#notified = take();
  }

  add(listener: (view: View) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#environment.onNextFrame(() => {
      this.#isWaiting = false;
      const view = this.#take();
      if (view === this.#notified) return;
      this.#notified = view;
      notifyAll(this.#listeners, view);
    });
  }
}

/** A listener that throws does not stop the others; its error is reported like any other. */
export function notifyAll<T>(listeners: Iterable<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(value);
    } catch (error) {
      void Promise.reject(error);
    }
  }
}
