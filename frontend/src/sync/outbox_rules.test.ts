import { describe, expect, test } from "vitest";
import { added, completed, discarded, markReported, revived } from "./outbox_rules.ts";
import { applied, type OutboxState, reusedEntries } from "./outbox_state.ts";
import type { Verdict } from "./response_verdict.ts";
import { add, changed, entry, found, opIds, outboxOf, play, vote } from "./testing/fixtures.ts";

const AT = { now: 1_000, random: 0.5 };
const DONE: Verdict = { kind: "done", itemId: 12, answeredAt: { epoch: "e1", seq: 7 } };
const REFUSED: Verdict = {
  kind: "rejected",
  code: "DUPLICATE_TRACK",
  message: "No.",
  details: { item_id: 3 },
};
const REQUEST = { method: "POST", path: "/", body: null } as const;
const newcomer = { addedBy: "a" };

describe("putting in", () => {
  test("the same action is put in once, however often the change is applied", () => {
    const state = changed(outboxOf(entry("a", add())), added(entry("a", add())));
    expect(opIds(state)).toBe("a");
  });

  test("votes on different items, or in different rooms, have nothing to do with each other", () => {
    const here = outboxOf(entry("a", vote(1, 1)), entry("b", vote(2, 1)));
    expect(opIds(changed(here, added(entry("c", vote(1, -1), { room: "attic" }))))).toBe("a b c");
  });

  test("a vote after another action on the item stays after it", () => {
    const state = outboxOf(entry("a", vote(1, 1)), entry("b", play(1)), entry("c", vote(1, 0)));
    expect(opIds(state)).toBe("a b c");
  });
});

describe("an answer", () => {
  test("that rejects an addition rejects what can't be done without it", () => {
    const before = outboxOf(
      entry("a", add(1)),
      entry("b", vote(newcomer, 1)),
      entry("c", { ...add(2), place: { after: newcomer } } as ReturnType<typeof add>),
      entry("d", play({ addedBy: "c" })),
      entry("e", play(4)),
    );
    const state = changed(before, completed("a", REFUSED, AT));
    expect(found(state, "a").outcome).toMatchObject({ kind: "rejected", details: { item_id: 3 } });
    for (const opId of ["b", "c", "d"]) {
      expect(found(state, opId).outcome).toMatchObject({
        code: "DUPLICATE_TRACK",
        details: { depends_on: "a" },
      });
    }
    expect(found(state, "e").outcome).toBeNull();
  });

  test("that doesn't come is waited for longer and longer, never given up", () => {
    let state = outboxOf(entry("a", add()));
    const waits: number[] = [];
    for (let count = 0; count < 50; count += 1) {
      state = changed(state, completed("a", { kind: "unanswered" }, { now: 0, random: 0.999 }));
      waits.push(found(state, "a").notBefore);
    }
    expect(waits.slice(0, 6).map((wait) => Math.round(wait / 1000))).toEqual([1, 2, 4, 8, 16, 30]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(found(state, "a").outcome).toBeNull();
  });

  test("that comes a second time changes nothing", () => {
    const state = changed(outboxOf(entry("a", add())), completed("a", DONE, AT));
    expect(changed(state, completed("a", REFUSED, AT))).toBe(state);
    expect(changed(state, completed("gone", DONE, AT))).toBe(state);
  });
});

describe("stale actions", () => {
  const stale = { status: "stale" } as const;

  function staleOutbox(): OutboxState {
    const before = outboxOf(
      entry("a", add(), { request: REQUEST, failures: 4 }),
      entry("b", vote(newcomer, 1)),
    );
    const entries = before.entries.map((one) => ({ ...one, ...stale }));
    return changed({ ...before, entries }, added(entry("c", { kind: "stop" })));
  }

  test("only they can be discarded", () => {
    expect(opIds(changed(staleOutbox(), discarded("c")))).toBe("a b c");
  });

  test("become new ones at the end, under new names", () => {
    const names = ["x", "y"];
    const change = revived("a", () => names.shift() as string, { madeAt: 5_000, birth: null });
    const state = changed(staleOutbox(), change);
    expect(opIds(state)).toBe("b c x");
    expect(found(state, "x")).toMatchObject({ status: "waiting", request: null, failures: 0, madeAt: 5_000 });
    expect(found(state, "b").action).toEqual(vote({ addedBy: "x" }, 1));
    // The change may be applied again, on another state.
    expect(opIds(changed(staleOutbox(), change))).toBe("b c x");
  });

  test("bring back with them what they need", () => {
    const names = ["x", "y"];
    const state = changed(
      staleOutbox(),
      revived("b", () => names.shift() as string, { madeAt: 5_000, birth: null }),
    );
    expect(opIds(state)).toBe("c x y");
    expect(found(state, "y").action).toEqual(vote({ addedBy: "x" }, 1));
  });
});

test("a rejection is marked as reported once", () => {
  const refused = changed(outboxOf(entry("a", add()), entry("b", add())), completed("a", REFUSED, AT));
  const state = changed(refused, markReported(new Set(["a", "b"])));
  expect(found(state, "a").outcome).toMatchObject({ isReported: true });
  expect(found(state, "b").outcome).toBeNull();
});

test("a change that changes nothing is known as none", () => {
  const state = outboxOf(entry("a", add()));
  expect(applied(markReported(new Set(["a"])), state)).toMatchObject({ isChanged: false, state });
  const copy = JSON.parse(JSON.stringify(state.entries)) as typeof state.entries;
  expect(reusedEntries(state.entries, copy)).toBe(state.entries);
});
