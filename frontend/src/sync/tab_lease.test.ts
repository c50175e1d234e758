import { describe, expect, test } from "vitest";
import { added, completed, markReported } from "./outbox_rules.ts";
import type { OutboxState } from "./outbox_state.ts";
import { acquire, LEASE_MS, type LeaseHolder, reacquire, release } from "./tab_lease.ts";
import { add, changed, entry, found, opIds, outboxOf, play, vote } from "./testing/fixtures.ts";
import { NOON } from "./testing/simulation.ts";

const HOUR = 3_600_000;
const DONE = { kind: "done", itemId: 12, answeredAt: null } as const;

function claim(state: OutboxState, more: Partial<LeaseHolder> = {}) {
  const claimant = {
    owner: "ada",
    now: NOON,
    uptime: 9 * HOUR,
    serverOffset: 0,
    busyRooms: new Set<string>(),
    isHurried: false,
  };
  const [after, { toSend, ...rest }] = acquire({ ...claimant, ...more })(state);
  return { ...rest, state: after, toSend: toSend.map(({ opId }) => opId).join(" ") };
}

describe("what comes next", () => {
  test("doesn't overtake one that has to wait", () => {
    const state = outboxOf(entry("a", add(), { notBefore: NOON + 500 }), entry("b", play(1)));
    expect(claim(state)).toMatchObject({ toSend: "", waitMs: 500 });
    expect(claim(state, { now: NOON + 500 }).toSend).toBe("a");
  });

  test("doesn't wait for a clock that was put back", () => {
    const state = outboxOf(entry("a", add(), { notBefore: NOON + 500, isAskedToWait: true }));
    expect(claim(state, { now: NOON - HOUR }).toSend).toBe("a");
  });
});

describe("the lease", () => {
  const waiting = outboxOf(entry("a", add()));

  test("prevents others from sending until it ends", () => {
    const { state } = claim(waiting, { owner: "bo" });
    expect(state.lease).toEqual({ owner: "bo", until: NOON + LEASE_MS });
    expect(claim(state)).toMatchObject({ toSend: "", waitMs: LEASE_MS });
    expect(claim(state, { now: NOON + LEASE_MS })).toMatchObject({
      toSend: "a",
      state: { lease: { owner: "ada" } },
    });
  });

  test("is acquired again by a tab that took long, unless another tab has it", () => {
    const adas = claim(waiting).state;
    const again = (state: OutboxState, now: number) => reacquire("a", { owner: "ada", now })(state)[1];
    expect(again(adas, NOON + 9_000)).toBe(true);
    expect(again(claim(adas, { owner: "bo", now: NOON + 6_000 }).state, NOON + 9_000)).toBe(false);
    const over = changed(adas, completed("a", DONE, { now: NOON, random: 0 }), release("ada"));
    expect(again(over, NOON + 9_000)).toBe(false);
  });

  test("is given back when there is nothing to send", () => {
    const { state } = claim(waiting);
    const over = changed(state, completed("a", DONE, { now: NOON, random: 0 }));
    expect(claim(over).state.lease).toBeNull();
  });

  test("is released by its owner only", () => {
    const { state } = claim(waiting);
    expect(changed(state, release("bo")).lease).not.toBeNull();
    expect(changed(state, release("ada")).lease).toBeNull();
  });

  test("of a clock that was put back since counts no more", () => {
    const { state } = claim(waiting, { owner: "bo", now: NOON + HOUR });
    expect(claim(state).toSend).toBe("a");
  });
});

describe("age", () => {
  test("an action of 20 hours ago is not sent, and a little younger one is", () => {
    const state = outboxOf(entry("a", add(), { madeAt: NOON - 20 * HOUR - 1 }), entry("b", play(1)));
    const claiming = claim(state);
    expect(claiming.toSend).toBe("b");
    expect(found(claiming.state, "a").status).toBe("stale");
    expect(claim(outboxOf(entry("a", add(), { madeAt: NOON - 20 * HOUR + 1 }))).toSend).toBe("a");
  });

  test("what was found too old by a clock that was wrong is sent once it is right", () => {
    const { state } = claim(outboxOf(entry("a", add())), { now: NOON + 21 * HOUR });
    expect(found(state, "a").status).toBe("stale");
    expect(found(claim(state, { serverOffset: null }).state, "a").status).toBe("stale");
    const right = claim(state, { now: NOON + 21 * HOUR, serverOffset: -21 * HOUR });
    expect(right.toSend).toBe("a");
    expect(found(right.state, "a").status).toBe("waiting");
  });

  test("an action from the future has an unknown age", () => {
    const { state } = claim(outboxOf(entry("a", add(), { madeAt: NOON + 2 * HOUR })));
    expect(found(state, "a").status).toBe("stale");
  });

  test("what needs a missing addition is rejected", () => {
    const { state, toSend } = claim(outboxOf(entry("b", vote({ addedBy: "gone" }, 1)), entry("c", play(1))));
    expect(found(state, "b").outcome).toMatchObject({ kind: "rejected", code: "NOT_FOUND" });
    expect(toSend).toBe("c");
  });
});

describe("what is over", () => {
  const at = { now: NOON, random: 0 };
  const refused = { kind: "rejected", code: "NOT_FOUND", message: "", details: {} } as const;

  test("stays until every tab has seen it", () => {
    const done = changed(outboxOf(entry("a", add())), completed("a", DONE, at));
    expect(claim(done, { now: NOON + 59_000 })).toMatchObject({ waitMs: 1_000 });
    expect(opIds(claim(done, { now: NOON + 60_000 }).state)).toBe("");
  });

  test("and was rejected stays until it is reported, but not forever", () => {
    const state = changed(outboxOf(entry("a", add())), completed("a", refused, at));
    expect(opIds(claim(state, { now: NOON + HOUR }).state)).toBe("a");
    expect(opIds(claim(changed(state, markReported(new Set(["a"]))), { now: NOON + HOUR }).state)).toBe("");
    expect(opIds(claim(state, { now: NOON + 20 * HOUR }).state)).toBe("");
  });

  test("is deleted after a clock was set back", () => {
    const done = changed(outboxOf(entry("a", add())), completed("a", DONE, at));
    expect(opIds(claim(changed(done, added(entry("b", play(1)))), { now: NOON - HOUR }).state)).toBe("b");
  });
});
