/** Which item the queue is asked to bring into sight. */

import { signal } from "@preact/signals";

/** `key` of the item, and a number that rises with each wish, so that the same item can be wished for again. */
export const wishedItem = signal<{ key: string; wish: number } | null>(null);

export function showInQueue(key: string): void {
  wishedItem.value = { key, wish: (wishedItem.value?.wish ?? 0) + 1 };
}
