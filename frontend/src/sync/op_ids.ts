/** Names for writes, which no other browser will think of. */

import type { Environment } from "./environment.ts";
import { hexOf } from "./hex.ts";

const BYTES = 16;

/** Of random bytes alone: over plain http a browser has no `randomUUID`. */
export function newOpId({ randomBytes }: Environment): string {
  return hexOf(randomBytes(BYTES));
}
