/** Applies events to the confirmed items of a queue, and computes their digest. Pure; what did not change stays the same object. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { Item, StreamEvent } from "./messages.ts";

type Items = readonly Item[];

/** An event of an unknown type changes nothing: newer servers may send more types. */
export function fold(items: Items, event: StreamEvent): Items {
  switch (event.type) {
    case "track.added":
    case "track.moved":
    case "track.voted":
    case "track.updated":
      return withItem(items, event.payload);
    case "track.removed":
      return items.filter((item) => item.id !== event.payload.id);
    case "track.playing":
      return withPlaying(items, event.payload.id === null ? null : event.payload);
    case "playlist.reordered":
      return inOrder(repositioned(items, event.payload.items));
    default:
      return items;
  }
}

export function inOrder(items: Items): Items {
  return [...items].sort(byPosition);
}

function byPosition(one: Item, other: Item): number {
  return one.position - other.position || one.id - other.id;
}

/** Inserts the item at its position, replacing its earlier state. */
function withItem(items: Items, item: Item): Items {
  const others = items.filter(({ id }) => id !== item.id);
  let index = others.length;
  while (index > 0 && byPosition(item, others[index - 1] as Item) < 0) index -= 1;
  others.splice(index, 0, item);
  return others;
}

function withPlaying(items: Items, playing: Item | null): Items {
  const silent = items.map((item) =>
    item.is_playing && item.id !== playing?.id ? { ...item, is_playing: false } : item,
  );
  return playing ? withItem(silent, playing) : silent;
}

function repositioned(items: Items, places: readonly { id: number; position: number }[]): Items {
  const positions = new Map(places.map(({ id, position }) => [id, position]));
  return items.map((item) => {
    const position = positions.get(item.id) ?? item.position;
    return position === item.position ? item : { ...item, position };
  });
}

type Counted = Pick<Item, "id" | "votes" | "is_playing">;

export function digestOf(items: readonly Counted[]): string {
  const text = items.map(({ id, votes, is_playing }) => `${id}:${votes}:${is_playing ? 1 : 0}`).join(";");
  return hexOf(sha256(new TextEncoder().encode(text)).subarray(0, 8));
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
