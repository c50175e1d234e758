/** A short proof of a state: equal on both sides exactly when both have the same queue. */

import { sha256 } from "@noble/hashes/sha2.js";
import { hexOf } from "./hex.ts";
import type { Item } from "./wire.ts";

type Counted = Pick<Item, "id" | "votes" | "is_playing">;

export function digestOf(items: readonly Counted[]): string {
  const text = items.map(({ id, votes, is_playing }) => `${id}:${votes}:${is_playing ? 1 : 0}`).join(";");
  return hexOf(sha256(new TextEncoder().encode(text)).subarray(0, 8));
}
