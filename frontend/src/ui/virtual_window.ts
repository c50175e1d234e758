/** Which rows of a long list are drawn, how far it scrolls, and what a change does to its rows. Pure. */

export interface Sight {
  /** Pixels. */
  scrollTop: number;
  /** Of the window onto the list, in pixels. */
  height: number;
  /** Of one row, in pixels. */
  row: number;
}

/** From `first` on, up to and without `end`. */
export interface Span {
  first: number;
  end: number;
}

// Drawn beyond each edge, so that a flick meets rows and not the ground.
const OVERSCAN = 6;
// The edges of the drawn span move by so many rows at a time: fewer renderings while scrolling.
const STEP = 4;

/** The rows that are at least partly seen. */
export function seenSpan({ scrollTop, height, row }: Sight, count: number): Span {
  if (row <= 0 || height <= 0) return { first: 0, end: 0 };
  const first = clamp(Math.floor(scrollTop / row), 0, count);
  return { first, end: clamp(Math.ceil((scrollTop + height) / row), first, count) };
}

/** The rows that are drawn. */
export function drawnSpan(sight: Sight, count: number): Span {
  const seen = seenSpan(sight, count);
  if (seen.first === seen.end) return seen;
  const first = Math.floor((seen.first - OVERSCAN) / STEP) * STEP;
  const end = Math.ceil((seen.end + OVERSCAN) / STEP) * STEP;
  return { first: clamp(first, 0, count), end: clamp(end, 0, count) };
}

/** By how many rows most rows have gone down; of equal numbers the topmost row's. 0 for none. */
export function commonShift(shifts: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const shift of shifts) counts.set(shift, (counts.get(shift) ?? 0) + 1);
  let common = 0;
  let most = 0;
  for (const [shift, count] of counts) {
    if (count <= most) continue;
    common = shift;
    most = count;
  }
  return common;
}

/** Where to scroll so that the row is seen: not at all, as little as it takes, or to the middle. */
export function scrollTopFor(sight: Sight, index: number, where: "nearest" | "middle"): number {
  const top = index * sight.row;
  const room = sight.height - sight.row;
  if (where === "middle") return Math.max(0, top - room / 2);
  return clamp(sight.scrollTop, top - room, top);
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

/** In order, each once: those of the span, and those others that the list has. */
export function indicesDrawn({ first, end }: Span, others: readonly number[], count: number): number[] {
  const inSpan = Array.from({ length: Math.max(0, Math.min(end, count) - first) }, (_, at) => first + at);
  const indices = new Set([...inSpan, ...others]);
  return [...indices].filter((index) => index >= 0 && index < count).sort((one, other) => one - other);
}

/** The rows of a list at one moment. */
export interface RowOrder {
  count: number;
  keyAt: (index: number) => string;
  /** −1 for a key that is not there. */
  indexOf: (key: string) => number;
}

/** How many rows those of the span have gone down, as far as they are still there. */
export function shiftsOf({ first, end }: Span, before: RowOrder, after: RowOrder): number[] {
  const shifts: number[] = [];
  for (let index = first; index < end; index += 1) {
    const found = after.indexOf(before.keyAt(index));
    if (found >= 0) shifts.push(found - index);
  }
  return shifts;
}

/** Those of the span that are still in the list, but outside of the span `drawn`. */
export function keysLeaving({ first, end }: Span, drawn: Span, before: RowOrder, after: RowOrder): string[] {
  const leaving: string[] = [];
  for (let index = first; index < end; index += 1) {
    const key = before.keyAt(index);
    const place = after.indexOf(key);
    if (place >= 0 && (place < drawn.first || place >= drawn.end)) leaving.push(key);
  }
  return leaving;
}

/** The row itself, or the one that took the place of a vanished one; null when the list is empty. */
export function successorOf(key: string | null, before: RowOrder, after: RowOrder): string | null {
  if (key === null || after.indexOf(key) >= 0) return key;
  const place = Math.min(before.indexOf(key), after.count - 1);
  return place < 0 ? null : after.keyAt(place);
}

/** Their keys: `before` itself where the order is still that. Most events are votes, which move nothing. */
export function orderedKeys(items: readonly { key: string }[], before: readonly string[]): readonly string[] {
  const isSame = items.length === before.length && items.every(({ key }, index) => key === before[index]);
  return isSame ? before : items.map(({ key }) => key);
}
