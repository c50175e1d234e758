/** Keys in lists: where arrow keys lead, modifiers, and keys that are held down. */

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

/** Whether a modifier key is held that gives the key another meaning. */
export function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

export function isMenuKey(event: KeyboardEvent): boolean {
  return event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
}

const PRESSING_KEYS: ReadonlySet<string> = new Set(["Enter", " "]);
const PRESSABLE = "button, a[href], summary";

/**
 * Lets a key that is held down press a control once: after the first press the control may have changed, or another one
 * may be in its place. Returns a function that ends this.
 */
export function ignoreKeyRepeat(): () => void {
  document.addEventListener("keydown", ignoreRepeat, { capture: true });
  return () => document.removeEventListener("keydown", ignoreRepeat, { capture: true });
}

function ignoreRepeat(event: KeyboardEvent): void {
  if (!event.repeat || !PRESSING_KEYS.has(event.key)) return;
  if (event.target instanceof Element && event.target.closest(PRESSABLE)) event.preventDefault();
}
