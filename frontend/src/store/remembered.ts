/** Small things that a browser remembers from visit to visit. */

import { effect, type Signal, signal } from "@preact/signals";

const PREFIX = "tutti-";

/** A signal whose value is kept; in a browser that keeps nothing it lasts as long as the page. */
export function remembered<T extends string>(name: string, fallback: T): Signal<T> {
  const value = signal<T>((recall(name) as T | null) ?? fallback);
  effect(() => keep(name, value.value));
  return value;
}

/** What is kept at this moment, also by another tab; null for nothing. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** "" forgets it. */
export function keep(name: string, value: string): void {
  try {
    if (value) localStorage.setItem(PREFIX + name, value);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    // It lasts as long as the page.
  }
}
