/** What `RoomClient` shows of a room: values that never change; each change gives a new view. */

import type { ActionKind, ItemRef, StoredAction, Vote } from "./actions.ts";
import type { Item, StreamEvent } from "./wire.ts";

/** An item as it stands with the actions that the server has not confirmed yet. */
export interface ShownItem extends Omit<Item, "id" | "position"> {
  /** Null while the item's addition has not been answered. */
  id: number | null;
  /** How actions name the item. */
  ref: ItemRef;
  /** Stays the same from the tap on Add on, through the answer, as long as the item lives. */
  key: string;
  myVote: Vote;
  /** What is under way with it; empty when it stands as the server says. */
  pending: readonly ActionKind[];
}

export type Connection =
  | { kind: "connecting" }
  /** Every event up to `RoomView.seq` is here. */
  | { kind: "live" }
  /** The next try is at `retryAt`, in milliseconds of this browser's clock. */
  | { kind: "reconnecting"; retryAt: number; isRestart: boolean }
  /** The browser itself says that there is no network. */
  | { kind: "offline" }
  /** It makes no sense to come back. */
  | { kind: "ended"; reason: "no-such-room" | "origin-not-allowed" };

export interface RoomView {
  room: string;
  connection: Connection;
  /** The stream's incarnation and the last event that `items` contains; null and 0 before anything is known. */
  epoch: string | null;
  seq: number;
  /** Whether `items` is known at all: from the server, or from what this browser remembers. */
  isKnown: boolean;
  /** In order. */
  items: readonly ShownItem[];
  /** `key` of the item that plays. */
  playingKey: string | null;
  /** Actions that wait for their answer, of all tabs. */
  waiting: readonly StoredAction[];
  /**
   * Too much came at once: until then, in milliseconds of this browser's clock, the server takes none of what waits.
   */
  limitedUntil: number | null;
  /** Actions too old to be sent, of all rooms: one may never come back to the room that they belong to. */
  stale: readonly StoredAction[];
  /** How often a heartbeat's digest differed and a snapshot healed it. */
  heals: number;
}

/** Why the server refused an action, or why it was given up. */
export interface Refusal {
  stored: StoredAction;
  /** A code of the API's errors. */
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

export type Notice =
  /** An event has been applied. `isOwn`: this browser (any of its tabs) caused it. */
  | { kind: "event"; event: StreamEvent; isOwn: boolean; before: readonly ShownItem[] }
  | { kind: "refused"; refusal: Refusal }
  /** The server has done it. `itemId` is that of the answer, for an added or restored item. */
  | { kind: "done"; stored: StoredAction; itemId: number | null }
  | { kind: "healed" }
  /** The whole state was replaced by a snapshot: what changed is not known event by event. */
  | { kind: "snapshot" };
