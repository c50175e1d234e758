/** What was known last of the rooms that this browser has shown: name and order are there without a network, too. */

import type { Room } from "../generated/api.ts";
import { keep, recall } from "./remembered.ts";

const KEY = "rooms-seen";
// As many as the states of rooms that are remembered.
const MOST = 10;

export function recallRoom(slug: string): Room | null {
  return seen().find((room) => room.slug === slug) ?? null;
}

export function rememberRoom(room: Room): void {
  const others = seen().filter(({ slug }) => slug !== room.slug);
  keep(KEY, JSON.stringify([room, ...others].slice(0, MOST)));
}

export function forgetRoom(slug: string): void {
  keep(KEY, JSON.stringify(seen().filter((room) => room.slug !== slug)));
}

function seen(): Room[] {
  try {
    const rooms: unknown = JSON.parse(recall(KEY) ?? "[]");
    return Array.isArray(rooms) ? rooms : [];
  } catch {
    return [];
  }
}
