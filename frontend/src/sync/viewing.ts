/** Makes views; what didn't change between two of them stays the same object. */

import type { StoredAction } from "./actions.ts";
import type { Ledger } from "./ledger.ts";
import { show } from "./optimism.ts";
import { isWaiting } from "./outbox_rules.ts";
import type { Entry } from "./outbox_state.ts";
import type { Confirmed } from "./replica.ts";
import type { Connection, RoomView } from "./view.ts";

export interface Facts {
  connection: Connection;
  confirmed: Confirmed | null;
  /** Of this room. */
  entries: readonly Entry[];
  /** Of all rooms. */
  stale: readonly Entry[];
  ledger: Ledger;
  heals: number;
}

export function emptyView(room: string): RoomView {
  return {
    room,
    connection: { kind: "connecting" },
    epoch: null,
    seq: 0,
    isKnown: false,
    items: [],
    playingKey: null,
    waiting: [],
    limitedUntil: null,
    stale: [],
    heals: 0,
  };
}

export function nextView(
  before: RoomView,
  { connection, confirmed, entries, stale, ledger, heals }: Facts,
): RoomView {
  const { items, playingKey } = show(ledger.known(confirmed?.items ?? [], entries), before);
  const waiting = entries.filter(isWaiting);
  const after: RoomView = {
    room: before.room,
    connection,
    epoch: confirmed?.epoch ?? null,
    seq: confirmed?.seq ?? 0,
    isKnown: confirmed !== null,
    items,
    playingKey,
    waiting: sameIfEqual(before.waiting, waiting),
    // The first holds up all others: they are sent in order.
    limitedUntil: waiting[0]?.isLimited ? waiting[0].notBefore : null,
    stale: sameIfEqual(before.stale, stale),
    heals,
  };
  const names = Object.keys(after) as (keyof RoomView)[];
  return names.every((name) => before[name] === after[name]) ? before : after;
}

function sameIfEqual(before: readonly StoredAction[], after: readonly StoredAction[]) {
  const isEqual = before.length === after.length && before.every((one, index) => one === after[index]);
  return isEqual ? before : after;
}
