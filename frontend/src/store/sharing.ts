/** Links to the room that others can open. */

import { computed } from "@preact/signals";
import { pageFacts } from "./page.ts";
import { addressOfRoom } from "./place.ts";
import { view } from "./room.ts";

/** The room's link at each address where others reach the server, the likeliest first; empty when none is known. */
export const roomLinks = computed<readonly string[]>(() =>
  reachable(pageFacts.value, location.origin).map((origin) => origin + addressOfRoom(view.value.room)),
);

/**
 * Where others reach the page. Through the address that this browser used itself, unless it means only its own
 * machine; else where the server says.
 */
export function reachable(
  facts: { addresses: readonly string[]; is_reachable_by_others: boolean } | null,
  ownOrigin: string,
): string[] {
  const told = facts?.is_reachable_by_others ? facts.addresses.map((address) => new URL(address).origin) : [];
  return [...new Set([ownOrigin, ...told])].filter((origin) => !isOwnMachine(new URL(origin).hostname));
}

function isOwnMachine(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0|\[::\])$/.test(host);
}
