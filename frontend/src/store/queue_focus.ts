/** Which item the queue is asked to bring into sight, as soon as it is there. */

import { signal } from "@preact/signals";

export interface Wish {
  /** Of the item. */
  key: string;
  /** Rises with each wish, so that the same item can be wished for again. */
  wish: number;
  /** To the middle of the list, or no farther than it takes. */
  where: "middle" | "nearest";
  /** What had focus then. */
  from: Element | null;
}

export const wishedItem = signal<Wish | null>(null);

export function showInQueue(key: string, where: Wish["where"] = "middle"): void {
  const wish = (wishedItem.value?.wish ?? 0) + 1;
  wishedItem.value = { key, where, wish, from: document.activeElement };
}
