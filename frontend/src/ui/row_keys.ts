/** Where the arrow keys and their kin lead in a list. */

import { clamp } from "./virtual_window.ts";

/** The row to go to from `index`, or null for a key that leads nowhere. `page` is a windowful of rows. */
export function rowForKey(key: string, index: number, count: number, page: number): number | null {
  const next = destination(key, index, count, page);
  return next === null || count === 0 ? null : clamp(next, 0, count - 1);
}

function destination(key: string, index: number, count: number, page: number): number | null {
  switch (key) {
    case "ArrowUp":
      return index - 1;
    case "ArrowDown":
      return index + 1;
    case "PageUp":
      return index - page;
    case "PageDown":
      return index + page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

/** Whether one of the keys is held that turn a key press into somebody else's. */
export function isChord(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}
