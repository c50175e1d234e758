import { expect, test } from "vitest";
import { Chaos, type UserAction } from "./testing/chaos.ts";

// Hundreds of runs: after each, every client has what the server has, and every action happened exactly once.
// CHAOS_RUNS is how many (thousands with `./run-tests.sh --long`); CHAOS_SEED repeats the one that a failure has named.

const RUNS = Number(process.env["CHAOS_RUNS"] ?? 600);
const SEED = process.env["CHAOS_SEED"];
// Short runs and long ones.
const MAX_STEPS = 50;

const seeds = SEED ? [Number(SEED)] : Array.from({ length: RUNS }, () => Math.floor(Math.random() * 2 ** 32));

test("after the chaos every client has what the server has, and every action happened once", async () => {
  for (const seed of seeds) {
    try {
      await runOnce(seed);
    } catch (error) {
      throw new Error(`CHAOS_SEED=${seed} fails`, { cause: error });
    }
  }
}, 600_000);

async function runOnce(seed: number): Promise<void> {
  const chaos = new Chaos(seed);
  await chaos.run(1 + (seed % MAX_STEPS));
  await chaos.clear();
  expect(chaos.server.violations).toEqual([]);
  for (const tab of chaos.openTabs) expectSameState(chaos, tab);
  for (const done of chaos.actions) expectDoneOnceOrReported(chaos, done);
  expectOrder(chaos);
}

function expectSameState(chaos: Chaos, tab: Chaos["openTabs"][number]): void {
  const { main } = chaos.server;
  expect(tab.client.view.resyncs, "a digest differed").toBe(0);
  const shown = tab.items.map(({ id, votes, is_playing, track_id }) => ({ id, votes, is_playing, track_id }));
  expect(shown).toEqual(
    main.items.map(({ id, votes, is_playing, track_id }) => ({ id, votes, is_playing, track_id })),
  );
  const own = Object.fromEntries(
    tab.items.filter(({ myVote }) => myVote).map(({ id, myVote }) => [id, myVote]),
  );
  const there = new Set(main.items.map(({ id }) => String(id)));
  const stored = Object.entries(chaos.server.votesOf(main, tab.browser.caller));
  expect(own).toEqual(Object.fromEntries(stored.filter(([id]) => there.has(id))));
}

function expectDoneOnceOrReported(chaos: Chaos, { opId, action, tab }: UserAction): void {
  const times = chaos.server.done.filter(({ key }) => key === opId).length;
  const refusals = tab.browser.tabs.flatMap((one) =>
    one.noticesOf("rejected").filter(({ rejection }) => rejection.stored.opId === opId),
  );
  const what = `${action.kind} ${opId}`;
  if (refusals.length > 0) {
    // A server that fails for long is given up; what it did before it failed is done.
    const isGivenUp = refusals.some(({ rejection }) => rejection.code === "INTERNAL_ERROR");
    expect(times, `${what} was refused`).toBeLessThanOrEqual(isGivenUp ? 1 : 0);
    return;
  }
  // What was stored outlives its tab; what was not can only have gone with it.
  const mayBeLost = tab.isClosed && !chaos.stored.has(opId);
  if (times === 0 && !chaos.asked.has(opId) && (mayBeLost || chaos.replaced.has(opId))) return;
  expect(times, what).toBe(1);
}

/** Votes take the place of one that was not sent yet, so they are left out. */
function expectOrder(chaos: Chaos): void {
  const index = new Map(chaos.actions.map(({ opId }, at) => [opId, at]));
  const byOpId = new Map(chaos.actions.map((done) => [done.opId, done]));
  for (const tab of chaos.browsers.flatMap(({ tabs }) => tabs)) {
    const done = chaos.server.done
      .map(({ key }) => key)
      .filter((key) => byOpId.get(key)?.tab === tab && byOpId.get(key)?.action.kind !== "vote")
      .map((key) => index.get(key) ?? 0);
    expect(done).toEqual([...done].sort((one, other) => one - other));
  }
}
