/** Which rows of a long list are drawn, and how far the list scrolls so that nothing jumps under the eye. */

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
// The edges of what is drawn move by so many rows at once: fewer drawings while scrolling.
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
