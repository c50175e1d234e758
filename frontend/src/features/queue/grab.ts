/** A row that is moved by keyboard: where it would stand, named by its neighbour, while the list goes on changing. */

import { indexInRest, type KeyPlace, placeAtSlot, slotOfPlace } from "../../ui/places.ts";
import { clamp } from "../../ui/virtual_window.ts";

export interface Grab {
  key: string;
  /** Null: at its own place. */
  place: KeyPlace | null;
  /** Among the other rows; counts when the neighbour has gone. */
  slot: number;
}

export type IndexOf = (key: string) => number;

export function grabbed(key: string, indexOf: IndexOf): Grab {
  return { key, place: null, slot: indexOf(key) };
}

/** Where the row would stand now, among the others of `count` rows in all. */
export function slotOf(grab: Grab, indexOf: IndexOf, count: number): number {
  const own = indexOf(grab.key);
  if (!grab.place) return own;
  const slot = slotOfPlace(grab.place, (key) => indexInRest(indexOf(key), own));
  return slot >= 0 ? slot : clamp(grab.slot, 0, count - 1);
}

/** The grab at another slot. `keys` are those of all rows, in order. */
export function grabAt(grab: Grab, slot: number, keys: readonly string[]): Grab {
  const own = keys.indexOf(grab.key);
  const rest = keys.filter((key) => key !== grab.key);
  const within = clamp(slot, 0, rest.length);
  return { ...grab, place: within === own ? null : placeAtSlot(within, rest), slot: within };
}
