// Hundreds of storms: after each, every client has what the server has, and every action happened exactly once.
// STORM_RUNS is how many (thousands with `./run-tests.sh --long`); STORM_SEED repeats the one that a failure has named.
import { expect, test } from "vitest";
import type { Deed } from "./testing/storm.ts";
import { Storm } from "./testing/storm.ts";

const RUNS = Number(process.env["STORM_RUNS"] ?? 600);
const SEED = process.env["STORM_SEED"];
// Short storms and long ones.
const MAX_STEPS = 50;

const seeds = SEED ? [Number(SEED)] : Array.from({ length: RUNS }, () => Math.floor(Math.random() * 2 ** 32));

test("after the storm every client has what the server has, and every action happened once", async () => {
  for (const seed of seeds) {
    try {
      await weather(seed);
    } catch (error) {
      throw new Error(`STORM_SEED=${seed} fails`, { cause: error });
    }
  }
}, 600_000);

async function weather(seed: number): Promise<void> {
  const storm = new Storm(seed);
  await storm.rage(1 + (seed % MAX_STEPS));
  await storm.clear();
  expect(storm.server.violations).toEqual([]);
  for (const tab of storm.openTabs) expectSameState(storm, tab);
  for (const deed of storm.deeds) expectDoneOnceOrTold(storm, deed);
  expectOrder(storm);
}

function expectSameState(storm: Storm, tab: Storm["openTabs"][number]): void {
  const { main } = storm.server;
  expect(tab.client.view.heals, "a digest differed").toBe(0);
  const shown = tab.items.map(({ id, votes, is_playing, track_id }) => ({ id, votes, is_playing, track_id }));
  expect(shown).toEqual(
    main.items.map(({ id, votes, is_playing, track_id }) => ({ id, votes, is_playing, track_id })),
  );
  const own = Object.fromEntries(
    tab.items.filter(({ myVote }) => myVote).map(({ id, myVote }) => [id, myVote]),
  );
  const there = new Set(main.items.map(({ id }) => String(id)));
  const told = Object.entries(storm.server.votesOf(main, tab.browser.caller));
  expect(own).toEqual(Object.fromEntries(told.filter(([id]) => there.has(id))));
}

function expectDoneOnceOrTold(storm: Storm, { opId, action, tab }: Deed): void {
  const times = storm.server.done.filter(({ key }) => key === opId).length;
  const refusals = tab.browser.tabs.flatMap((one) =>
    one.told("refused").filter(({ refusal }) => refusal.stored.opId === opId),
  );
  const what = `${action.kind} ${opId}`;
  if (refusals.length > 0) {
    // A server that fails for long is given up; what it did before it failed is done.
    const isGivenUp = refusals.some(({ refusal }) => refusal.code === "INTERNAL_ERROR");
    expect(times, `${what} was refused`).toBeLessThanOrEqual(isGivenUp ? 1 : 0);
    return;
  }
  // What was stored outlives its tab; what was not can only have gone with it.
  const mayBeLost = tab.isClosed && !storm.stored.has(opId);
  if (times === 0 && !storm.asked.has(opId) && (mayBeLost || storm.replaced.has(opId))) return;
  expect(times, what).toBe(1);
}

/** Votes take the place of one that was not sent yet, so they are left out. */
function expectOrder(storm: Storm): void {
  const index = new Map(storm.deeds.map(({ opId }, at) => [opId, at]));
  const byOpId = new Map(storm.deeds.map((deed) => [deed.opId, deed]));
  for (const tab of storm.browsers.flatMap(({ tabs }) => tabs)) {
    const done = storm.server.done
      .map(({ key }) => key)
      .filter((key) => byOpId.get(key)?.tab === tab && byOpId.get(key)?.action.kind !== "vote")
      .map((key) => index.get(key) ?? 0);
    expect(done).toEqual([...done].sort((one, other) => one - other));
  }
}
