/** Actions of users on a queue, as plain data that the outbox stores, and the requests that they become. Pure. */

import type { Environment } from "./environment.ts";
import { hexOf } from "./fold.ts";
import type { Track } from "./messages.ts";

export type Vote = -1 | 0 | 1;

/**
 * Identifies an item. An item whose addition is not confirmed yet has no id: it is identified by the op id of that
 * action.
 */
export type ItemRef = number | { addedBy: string };

/** The position of an item: directly after or before another one. */
export type Place = { after: ItemRef } | { before: ItemRef };

export type Action =
  /** `track` is shown until the server has responded. */
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
   * waiting: not sent yet, or sent without a response · answered: the server has done it, its events may not have
   * arrived yet · stale: older than the server stores keys, so it is shown and not sent.
   */
  status: "waiting" | "answered" | "stale";
  /** Of an answered action: the position of the stream from which on the state contains it. */
  answeredAt: { epoch: string; seq: number } | null;
}

/** Stored with the action from its first attempt on: a repeat must be identical. */
export interface StoredRequest {
  method: "POST" | "PATCH" | "DELETE";
  /** Relative to the server's URL. */
  path: string;
  /** JSON text. */
  body: string | null;
}

export function queuePath(room: string): string {
  return `/api/rooms/${encodeURIComponent(room)}/playlist/`;
}

/** Null while the action names an item that has no id yet. */
export function requestOf(room: string, action: Action): StoredRequest | null {
  const queue = queuePath(room);
  const post = (path: string, body: unknown = null) => request("POST", queue + path, body);
  if (action.kind === "stop") return post("stop/");
  if (action.kind === "add") {
    const place = action.place && placeOf(action.place);
    if (action.place && !place) return null;
    const name = action.addedBy === null ? {} : { added_by: action.addedBy };
    return post("", { track_id: action.track.id, ...name, ...place });
  }
  const { item } = action;
  if (typeof item !== "number") return null;
  switch (action.kind) {
    case "move": {
      const place = placeOf(action.place);
      return place && request("PATCH", `${queue}${item}/`, place);
    }
    case "vote":
      return post(`${item}/vote/`, { value: action.value });
    case "play":
      return post(`${item}/play/`);
    case "remove":
      return request("DELETE", `${queue}${item}/`, null);
    case "restore":
      return post(`${item}/restore/`);
  }
}

function request(method: StoredRequest["method"], path: string, body: unknown): StoredRequest {
  return { method, path, body: body === null ? null : JSON.stringify(body) };
}

function placeOf(place: Place): Record<string, number> | null {
  const [side, neighbour]: [string, ItemRef] =
    "after" in place ? ["after", place.after] : ["before", place.before];
  return typeof neighbour === "number" ? { [side]: neighbour } : null;
}

/** Every item that the action names. */
export function refsOf(action: Action): ItemRef[] {
  const refs: ItemRef[] = [];
  if ("item" in action) refs.push(action.item);
  if ("place" in action && action.place) {
    refs.push("after" in action.place ? action.place.after : action.place.before);
  }
  return refs;
}

/** The same action, with each of its names for an item replaced. */
export function renamed(action: Action, name: (ref: ItemRef) => ItemRef): Action {
  const place = (old: Place): Place =>
    "after" in old ? { after: name(old.after) } : { before: name(old.before) };
  switch (action.kind) {
    case "add":
      return action.place ? { ...action, place: place(action.place) } : action;
    case "move":
      return { ...action, item: name(action.item), place: place(action.place) };
    case "vote":
    case "play":
    case "remove":
      return { ...action, item: name(action.item) };
    default:
      return action;
  }
}

export function isSameItem(one: ItemRef, other: ItemRef): boolean {
  if (typeof one === "number" || typeof other === "number") return one === other;
  return one.addedBy === other.addedBy;
}

const BYTES = 16;

/** Of random bytes alone: over plain http a browser has no `randomUUID`. */
export function newOpId({ randomBytes }: Environment): string {
  return hexOf(randomBytes(BYTES));
}
