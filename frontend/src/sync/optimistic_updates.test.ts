import { describe, expect, test } from "vitest";
import type { Action } from "./actions.ts";
import type { Item } from "./messages.ts";
import {
  itemPosition,
  type KnownState,
  type PendingAction,
  type Shown,
  shownItems,
} from "./optimistic_updates.ts";
import { add, move, play, vote } from "./testing/fixtures.ts";
import { trackOf } from "./testing/model_room.ts";
import { NOON } from "./testing/simulation.ts";

const NOTHING: Shown = { items: [], playingKey: null };

function item(id: number, more: Partial<Item> = {}): Item {
  const times = { added_at: "2025-12-04T12:00:00Z", played_at: null };
  const track = { track: trackOf(id), track_id: id };
  return { id, ...track, position: id, votes: 0, added_by: "Cem", is_playing: false, ...times, ...more };
}

const queue = [item(1), item(2, { votes: 3 }), item(3)];

function pending(opId: string, action: Action, itemId: number | null = null): PendingAction {
  return { opId, action, madeAt: NOON, itemId };
}

function shown(actions: PendingAction[], more: Partial<KnownState> = {}, before = NOTHING): Shown {
  const known = { items: queue, ownVotes: new Map(), pending: actions, removed: new Map(), keys: new Map() };
  return shownItems({ ...known, ...more }, before);
}

const tracks = ({ items }: Shown) => items.map(({ track_id }) => track_id).join(" ");

describe("what is shown", () => {
  test("without own actions is what is confirmed", () => {
    const { items, playingKey } = shown([], { ownVotes: new Map([[2, 1]]) });
    expect(items[1]).toMatchObject({ id: 2, ref: 2, key: "item:2", votes: 3, myVote: 1, pending: [] });
    expect(items[1]).not.toHaveProperty("position");
    expect(playingKey).toBeNull();
  });

  test("contains a new item at the end, or where it is wanted", () => {
    expect(tracks(shown([pending("a", add(7))]))).toBe("1 2 3 7");
    const placed = { ...add(7), place: { before: 2 } } as Action;
    expect(tracks(shown([pending("a", placed)]))).toBe("1 7 2 3");
  });

  test("an item whose new neighbour is gone stays", () => {
    expect(tracks(shown([pending("a", move(3, 99))]))).toBe("1 2 3");
  });

  test("a count contains the own vote once, whichever was confirmed", () => {
    const ownVotes = new Map([[2, 1 as const]]);
    expect(shown([pending("a", vote(2, -1))], { ownVotes }).items[1]).toMatchObject({ votes: 1, myVote: -1 });
    expect(shown([pending("a", vote(2, 1))], { ownVotes }).items[1]).toMatchObject({ votes: 3, myVote: 1 });
    const twice = [pending("a", vote(2, -1)), pending("b", vote(2, 0))];
    expect(shown(twice, { ownVotes }).items[1]).toMatchObject({ votes: 2, myVote: 0, pending: ["vote"] });
  });

  test("what plays is one item", () => {
    const items = [item(1, { is_playing: true }), item(2), item(3)];
    const { items: rows, playingKey } = shown([pending("a", play(3))], { items });
    expect(rows.map(({ is_playing }) => is_playing)).toEqual([false, false, true]);
    expect(playingKey).toBe("item:3");
    expect(rows[2]?.played_at).toBe(new Date(NOON).toISOString());
  });

  test("what plays already goes on from where it is", () => {
    const items = [item(1, { is_playing: true, played_at: "2025-12-04T11:59:00Z" })];
    expect(shown([pending("a", play(1))], { items }).items[0]).toMatchObject({
      played_at: "2025-12-04T11:59:00Z",
    });
  });

  test("nothing plays after a stop, or when what played is removed", () => {
    const items = [item(1, { is_playing: true }), item(2)];
    expect(shown([pending("a", { kind: "stop" })], { items }).playingKey).toBeNull();
    expect(shown([pending("a", { kind: "remove", item: 1 })], { items }).playingKey).toBeNull();
  });

  test("a removed item is gone, and back at its position when it is restored", () => {
    const remove = pending("a", { kind: "remove", item: 2 });
    expect(tracks(shown([remove]))).toBe("1 3");
    expect(tracks(shown([remove, pending("b", { kind: "restore", item: 2 })]))).toBe("1 2 3");
    const removed = new Map([[2, itemPosition(queue, 2) as NonNullable<ReturnType<typeof itemPosition>>]]);
    const without = { items: [item(1), item(3)], removed };
    expect(tracks(shown([pending("b", { kind: "restore", item: 2 })], without))).toBe("1 2 3");
    expect(tracks(shown([pending("b", { kind: "restore", item: 99 })]))).toBe("1 2 3");
  });

  test("an item can be acted on before it has an id", () => {
    const newcomer = { addedBy: "a" };
    const actions = [
      pending("a", add(7)),
      pending("b", vote(newcomer, 1)),
      pending("c", play(newcomer)),
      pending("d", move(newcomer, 1)),
      pending("e", move(3, newcomer)),
    ];
    const after = shown(actions);
    expect(tracks(after)).toBe("1 7 3 2");
    expect(after.playingKey).toBe("op:a");
    expect(after.items[1]).toMatchObject({ votes: 1, pending: ["add", "vote", "play", "move"] });
  });

  test("actions on an item that is gone are passed over", () => {
    const actions = [vote(99, 1), play(99), move(99, 1), { kind: "remove", item: 99 } as const];
    expect(shown(actions.map((action) => pending("a", action))).items).toEqual(shown([]).items);
  });
});

describe("what didn't change", () => {
  test("stays the same object", () => {
    const before = shown([]);
    const items = [...queue.slice(0, 2), item(3, { votes: 1 })];
    const after = shown([], { items }, before);
    expect(after.items[0]).toBe(before.items[0]);
    expect(after.items[2]).not.toBe(before.items[2]);
  });

  test("stays the same object beside own actions, and with them", () => {
    const actions = [pending("a", add(7)), pending("b", vote(2, 1))];
    const before = shown(actions);
    expect(shown(actions, {}, before)).toBe(before);
    const after = shown([...actions, pending("c", play(3))], {}, before);
    expect(after.items[1]).toBe(before.items[1]);
    expect(after.items[3]).toBe(before.items[3]);
    expect(after.items[2]).not.toBe(before.items[2]);
  });

  test("is the whole list when an action comes to nothing", () => {
    const before = shown([]);
    expect(shown([pending("a", play(99))], {}, before)).toBe(before);
  });
});
