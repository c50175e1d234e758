/** Prepared simulations and outbox entries for tests. */

import type { Action, ItemRef, Vote } from "../actions.ts";
import { added, FRESH } from "../outbox_rules.ts";
import { type Change, EMPTY_OUTBOX, type Entry, type OutboxState } from "../outbox_state.ts";
import { Browser, type Tab } from "./browser.ts";
import { trackOf } from "./model_room.ts";
import { ModelServer } from "./model_server.ts";
import { NOON, Simulation } from "./simulation.ts";

export function simulated({ tracks = 0, seed = 1 } = {}) {
  const simulation = new Simulation(seed);
  const server = new ModelServer(simulation);
  for (let id = 1; id <= tracks; id += 1) server.main.add(id, "Cem", {});
  return { simulation, server, browser: new Browser(simulation, server, "ada") };
}

/** The same, and a tab that is live. */
export async function liveSimulation(options: Parameters<typeof simulated>[0] = {}) {
  const all = simulated(options);
  const tab = await all.browser.open();
  await all.simulation.until(() => tab.client.view.connection.kind === "live");
  await all.simulation.pass(1_000);
  return { ...all, tab };
}

export function addTrack(tab: Tab, track: number): string {
  return tab.client.act({ kind: "add", track: trackOf(track), addedBy: "Ada", place: null });
}

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
  return changed(EMPTY_OUTBOX, ...entries.map(added));
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
