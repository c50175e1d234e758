/** Entries of an outbox, made short. */

import type { Action, ItemRef, Vote } from "../actions.ts";
import { added, FRESH } from "../outbox_rules.ts";
import { type Change, EMPTY, type Entry, type OutboxState } from "../outbox_state.ts";
import { trackOf } from "./model_room.ts";
import { NOON } from "./world.ts";

export function entry(opId: string, action: Action, more: Partial<Entry> = {}): Entry {
  return {
    ...FRESH,
    opId,
    room: "main",
    action,
    number: 0,
    madeAt: NOON,
    title: opId,
    ...more,
  };
}

export const add = (track = 1): Action => ({
  kind: "add",
  track: trackOf(track),
  addedBy: "Ada",
  place: null,
});
export const vote = (item: ItemRef, value: Vote): Action => ({ kind: "vote", item, value });
export const play = (item: ItemRef): Action => ({ kind: "play", item });
export const move = (item: ItemRef, after: ItemRef): Action => ({ kind: "move", item, place: { after } });

/** An outbox into which these were put, one after the other. */
export function outboxOf(...entries: Entry[]): OutboxState {
  return changed(EMPTY, ...entries.map(added));
}

export function changed(state: OutboxState, ...changes: Change<unknown>[]): OutboxState {
  return changes.reduce((one, change) => change(one)[0], state);
}

export function opIds(state: OutboxState): string {
  return state.entries.map(({ opId }) => opId).join(" ");
}

export function found(state: OutboxState, opId: string): Entry {
  const entry = state.entries.find((one) => one.opId === opId);
  if (!entry) throw new Error(`${opId} is not in the outbox.`);
  return entry;
}
