/** What a change of a list does to its rows: who moved, who took whose place, who leaves the window. */

import type { Span } from "./virtual_window.ts";

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
