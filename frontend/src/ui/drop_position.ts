/** The drop position of a carried row, relative to its neighbor, so that it stays valid while the list changes. */

/** Directly behind or before the row of that key. */
export type DropPosition = { after: string } | { before: string };

/**
 * The place at a slot among the other rows: 0 is the top, `rest.length` the bottom. Null where there is no other row.
 */
export function positionAtSlot(slot: number, rest: readonly string[]): DropPosition | null {
  const above = rest[slot - 1];
  if (above !== undefined) return { after: above };
  const below = rest[slot];
  return below === undefined ? null : { before: below };
}

/** The slot of a place among the other rows, −1 when the neighbour is gone. */
export function slotOfPosition(place: DropPosition, indexInRest: (key: string) => number): number {
  if ("before" in place) return indexInRest(place.before);
  const above = indexInRest(place.after);
  return above < 0 ? -1 : above + 1;
}

/** The index of a row among the rows without the carried one. */
export function indexAmongOthers(index: number, carried: number): number {
  if (index < 0 || index === carried) return -1;
  return index > carried ? index - 1 : index;
}

/** The list with one of its members at another slot among the others. */
export function withMoved<T>(list: readonly T[], from: number, slot: number): readonly T[] {
  if (from === slot) return list;
  const moved = list[from];
  if (moved === undefined) return list;
  const rest = list.filter((_, index) => index !== from);
  rest.splice(slot, 0, moved);
  return rest;
}

/** The slot that a carried row is over, once it covers half of its neighbour. */
export function slotUnder(top: number, row: number, count: number): number {
  return Math.max(0, Math.min(Math.round(top / row), count - 1));
}

/** The index of the row above which the drop line is shown. */
export function gapOfSlot(slot: number, carried: number): number {
  return slot > carried ? slot + 1 : slot;
}

/** How fast the list scrolls, in pixels a second, while something is carried near its upper or lower edge. */
export function edgeSpeed(y: number, height: number): number {
  const margin = Math.min(EDGE_PIXELS, height / 4);
  const depth = y < margin ? y - margin : y > height - margin ? y - (height - margin) : 0;
  return Math.max(-1, Math.min(depth / margin, 1)) * EDGE_SPEED;
}

const EDGE_PIXELS = 72;
const EDGE_SPEED = 1100;
