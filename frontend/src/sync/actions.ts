/** What a person can do to a queue, as the outbox keeps it: plain data, fit for IndexedDB. */

import type { Track } from "./wire.ts";

export type Vote = -1 | 0 | 1;

/**
 * Which item is meant. An item whose addition has not been answered yet has no id: it is named by the op id of
 * the action that adds it.
 */
export type ItemRef = number | { addedBy: string };

/** Where an item is to stand: directly behind or before another one. */
export type Place = { after: ItemRef } | { before: ItemRef };

export type Action =
  /** `track` is what is shown until the server has answered. */
  | { kind: "add"; track: Track; addedBy: string | null; place: Place | null }
  | { kind: "move"; item: ItemRef; place: Place }
  | { kind: "vote"; item: ItemRef; value: Vote }
  | { kind: "play"; item: ItemRef }
  | { kind: "stop" }
  | { kind: "remove"; item: ItemRef }
  | { kind: "restore"; item: number };

export type ActionKind = Action["kind"];

/** An action in the outbox. */
export interface StoredAction {
  /** The `Idempotency-Key`, and the `op_id` of the events that the action causes. */
  opId: string;
  /** The slug of the room. */
  room: string;
  action: Action;
  /** Order of sending, per browser. */
  number: number;
  /** Milliseconds of the server's clock, as well as this browser knows it. */
  madeAt: number;
  /** What is shown in a sentence about it, also when the item is gone by then. */
  title: string;
  /**
   * waiting: not sent yet, or sent without an answer · answered: the server has done it, its events may not have
   * come yet · stale: older than the server remembers keys, so it is shown and not sent.
   */
  status: "waiting" | "answered" | "stale";
  /** Of an answered action: the moment of the stream from which on the state contains it. */
  answeredAt: { epoch: string; seq: number } | null;
}
