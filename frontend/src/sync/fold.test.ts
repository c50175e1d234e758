import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { digestOf, fold } from "./fold.ts";
import type { Item, StreamEvent } from "./messages.ts";
import { ModelRoom, performRandomAction, trackOf } from "./testing/model_room.ts";
import { NOON, Simulation } from "./testing/simulation.ts";

function item(id: number, position = id, more: Partial<Item> = {}): Item {
  const track = trackOf(id);
  const times = { added_at: "2025-12-04T12:00:00Z", played_at: null };
  return {
    id,
    track,
    track_id: id,
    position,
    votes: 0,
    added_by: "Ada",
    is_playing: false,
    ...times,
    ...more,
  };
}

function event(type: string, payload: unknown): StreamEvent {
  return { type, payload, room: "main", epoch: "e1", seq: 1, ts: "", op_id: null } as StreamEvent;
}

const ids = (items: readonly Item[]) => items.map(({ id }) => id);

describe("fold", () => {
  const queue = [item(1), item(2), item(3)];

  test.each(["track.voted", "track.updated"])("%s replaces the item at its position", (type) => {
    const after = fold(queue, event(type, item(2, 2, { votes: 3, added_by: "Bo" })));
    expect(after[1]).toMatchObject({ id: 2, votes: 3, added_by: "Bo" });
    expect(ids(after)).toEqual([1, 2, 3]);
  });

  test("a reordered queue has the order of the event", () => {
    const items = [3, 1, 2].map((id, index) => ({ id, position: index + 1 }));
    expect(ids(fold(queue, event("playlist.reordered", { items })))).toEqual([3, 1, 2]);
  });

  test("an event of an unknown type changes nothing", () => {
    expect(fold(queue, event("track.praised", { id: 2 }))).toBe(queue);
  });

  test("what an event doesn't touch stays the same object", () => {
    const after = fold(queue, event("track.voted", item(2, 2, { votes: 1 })));
    expect(after[0]).toBe(queue[0]);
    expect(after[2]).toBe(queue[2]);
    const reordered = fold(queue, event("playlist.reordered", { items: queue }));
    expect(reordered.every((one, index) => one === queue[index])).toBe(true);
  });
});

test("folding the events of a room gives the room's state", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const simulation = new Simulation(seed);
  let items: readonly Item[] = [];
  let lastId = 0;
  const now = () => new Date(NOON).toISOString();
  const room = new ModelRoom(
    "main",
    () => ++lastId,
    now,
    (event) => {
      items = fold(items, event);
    },
  );
  for (let step = 0; step < 1_500; step += 1) {
    performRandomAction(room, simulation);
    if (step % 10 === 0) expect(items, `seed ${seed}, step ${step}`).toEqual(room.items);
  }
  expect(items, `seed ${seed}`).toEqual(room.items);
});

test("two items have the digest of the contract", () => {
  const items = [
    { id: 12, votes: 5, is_playing: true },
    { id: 13, votes: -1, is_playing: false },
  ];
  expect(digestOf(items)).toBe("5ed76fb2d1be3c25");
});

test("a long queue has the digest that another implementation finds", () => {
  const items = Array.from({ length: 1000 }, (_, id) => ({ id, votes: id % 7, is_playing: id === 500 }));
  const text = items.map(({ id, votes, is_playing }) => `${id}:${votes}:${is_playing ? 1 : 0}`).join(";");
  expect(digestOf(items)).toBe(createHash("sha256").update(text).digest("hex").slice(0, 16));
});
