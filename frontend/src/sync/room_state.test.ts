import { beforeEach, expect, test } from "vitest";
import { completed } from "./outbox_rules.ts";
import { EMPTY_OUTBOX, type Entry } from "./outbox_state.ts";
import { RoomState } from "./room_state.ts";
import { add, changed, entry, outboxOf, vote } from "./testing/fixtures.ts";
import { ModelRoom } from "./testing/model_room.ts";
import { NOON } from "./testing/simulation.ts";

const REQUEST = { method: "POST", path: "/", body: null } as const;

let room: ModelRoom;
let state: RoomState;
let invalidations: number;
let returned: number[];

beforeEach(() => {
  let lastId = 0;
  invalidations = 0;
  returned = [];
  room = new ModelRoom(
    "main",
    () => ++lastId,
    () => new Date(NOON).toISOString(),
    () => {},
  );
  for (const id of [1, 2, 3]) room.add(id, "Cem", {});
  state = new RoomState("main", {
    changed: () => {},
    notify: () => {},
    voted: () => {},
    returned: (itemId) => returned.push(itemId),
    invalidateVotes: () => {
      invalidations += 1;
    },
  });
  snapshot();
});

function snapshot(): void {
  const { epoch, seq, items } = room;
  state.replica.receive({ type: "playlist.snapshot", payload: { epoch, seq, items } });
}

/** All events that the room has sent and the state has not received. */
function hear(count = Infinity): void {
  const seq = state.replica.confirmed?.seq ?? 0;
  for (const event of room.log.filter((one) => one.seq > seq).slice(0, count)) state.replica.receive(event);
}

/** Does what the entry asks; the entry, answered. */
function answered(entries: readonly Entry[], opId: string): readonly Entry[] {
  const at = { now: NOON, random: 0 };
  const answeredAt = { epoch: room.epoch, seq: room.seq };
  const done = completed(opId, { kind: "done", itemId: null, answeredAt }, at);
  return changed({ ...EMPTY_OUTBOX, entries }, done).entries;
}

const first = () => {
  const { votes, myVote, pending } = state.view.items[0] ?? {};
  return `${votes}/${myVote} ${pending}`;
};

test("the answer to an earlier vote, heard of late, doesn't bring it back", () => {
  const tried = { request: REQUEST };
  let { entries } = outboxOf(entry("a", vote(1, 1), tried), entry("b", vote(1, -1), tried));
  state.outboxChanged(entries);
  room.opId = "a";
  room.vote(1, "ada", 1);
  entries = answered(entries, "a");
  room.opId = "b";
  room.vote(1, "ada", -1);
  entries = answered(entries, "b");
  // Neither event was seen as the user's own one, but that of the later vote.
  room.log.splice(-2, 1, { ...room.log.at(-2), op_id: null } as (typeof room.log)[number]);
  hear();
  expect(first()).toBe("-1/-1 ");
  state.outboxChanged(entries);
  expect(first()).toBe("-1/-1 ");
});

test("an answered action that was deleted from the outbox stays until the state has come as far", () => {
  let { entries } = outboxOf(entry("a", vote(1, 1), { request: REQUEST }));
  state.outboxChanged(entries);
  room.opId = null;
  room.vote(2, "bo", 1);
  room.opId = "a";
  room.vote(1, "ada", 1);
  entries = answered(entries, "a");
  state.outboxChanged(entries);
  state.outboxChanged([]);
  expect(first()).toBe("1/1 vote");
  hear(1);
  expect(first()).toBe("1/1 vote");
  hear();
  expect(first()).toBe("1/1 ");
});

test("a vote that left the outbox unseen raises invalidations about the own votes", () => {
  const { entries } = outboxOf(entry("a", vote(1, 1)), entry("b", add(7)));
  state.outboxChanged(entries);
  const before = invalidations;
  state.outboxChanged(entries.slice(1));
  expect(invalidations).toBe(before + 1);
});

test("a vote that gave way to another one doesn't", () => {
  state.outboxChanged(outboxOf(entry("a", vote(1, 1))).entries);
  const before = invalidations;
  state.outboxChanged(outboxOf(entry("a", vote(1, 1)), entry("b", vote(1, -1))).entries);
  expect(invalidations).toBe(before);
  expect(first()).toBe("-1/-1 vote");
});

test("actions of other rooms are not shown", () => {
  state.outboxChanged(outboxOf(entry("a", vote(1, 1), { room: "attic" })).entries);
  expect(first()).toBe("0/0 ");
  expect(state.view.waiting).toEqual([]);
});

test("but those that are too old to be sent are, whichever room they belong to", () => {
  const old = { status: "stale" } as const;
  const { entries } = outboxOf(
    entry("a", vote(1, 1), { ...old, room: "attic" }),
    entry("b", vote(1, 1)),
    entry("c", vote(1, -1), { ...old, room: "cellar" }),
    entry("d", vote(2, 1), old),
  );
  state.outboxChanged(entries);
  expect(state.view.stale.map(({ opId, room }) => `${opId} ${room}`)).toEqual([
    "a attic",
    "c cellar",
    "d main",
  ]);
  const { stale } = state.view;
  state.outboxChanged(entries.filter(({ opId }) => opId !== "b"));
  expect(state.view.stale).toBe(stale);
});

/** It comes back long after it was added. */
function bringBack(id: number): void {
  room.restore(id);
  const event = room.log.at(-1) as (typeof room.log)[number];
  room.log.splice(-1, 1, { ...event, ts: new Date(NOON + 60_000).toISOString() });
  hear();
}

test("the vote on an item that was removed before the own votes arrived is loaded again when it is back", () => {
  room.vote(1, "ada", 1); // by another tab, of whose vote this one never heard as an own one
  room.remove(1);
  hear();
  state.pendingActions.setOwnVotes(new Map(), new Set());
  const before = invalidations;
  bringBack(1);
  expect(invalidations).toBe(before + 1);
});

test("the vote on an item that was removed after the own votes arrived is known, and its return is reported", () => {
  state.pendingActions.setOwnVotes(new Map(), new Set());
  room.remove(1);
  hear();
  const before = invalidations;
  bringBack(1);
  expect(invalidations).toBe(before);
  expect(returned).toEqual([1]);
});

test("the own vote on an item that is back is the server's", () => {
  state.pendingActions.setOwnVotes(new Map([[1, 1 as const]]), new Set());
  room.remove(1);
  hear();
  bringBack(1);
  state.pendingActions.setOwnVotes(new Map(), new Set());
  expect(state.pendingActions.ownVotes.has(1)).toBe(false);
});

test("an own removal that arrives as a snapshot can be undone at its position", () => {
  const removal = entry("a", { kind: "remove", item: 2 });
  const undoing = entry("b", { kind: "restore", item: 2 });
  const shown = () => state.view.items.map(({ id }) => id);
  state.outboxChanged(outboxOf(removal).entries);
  room.remove(2);
  snapshot();
  expect(shown()).toEqual([1, 3]);

  state.outboxChanged(answered(outboxOf(removal, undoing).entries, "a"));

  expect(shown()).toEqual([1, 2, 3]);
  room.vote(1, "ada", 1);
  snapshot();
  expect(shown()).toEqual([1, 2, 3]);
});
