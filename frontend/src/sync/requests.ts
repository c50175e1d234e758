/** What an action asks of the server, as HTTP. Pure. */

import type { Action, ItemRef, Place } from "./actions.ts";

/** Kept with the action from its first sending on: a repeat must be the same to the letter. */
export interface StoredRequest {
  method: "POST" | "PATCH" | "DELETE";
  /** Below the server's address. */
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
