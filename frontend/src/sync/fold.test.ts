import { describe, expect, test } from "vitest";
import { fold } from "./fold.ts";
import { meddle } from "./testing/meddling.ts";
import { ModelRoom, trackOf } from "./testing/model_room.ts";
import { NOON, World } from "./testing/world.ts";
import type { Item, StreamEvent } from "./wire.ts";

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

  test.each(["track.voted", "track.updated"])("%s replaces the item where it stands", (type) => {
    const after = fold(queue, event(type, item(2, 2, { votes: 3, added_by: "Bo" })));
    expect(after[1]).toMatchObject({ id: 2, votes: 3, added_by: "Bo" });
    expect(ids(after)).toEqual([1, 2, 3]);
  });

  test("a reordered queue stands as it was told", () => {
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

test("folding what a room tells gives what the room has", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const world = new World(seed);
  let items: readonly Item[] = [];
  let lastId = 0;
  const now = () => new Date(NOON).toISOString();
  const room = new ModelRoom(
    "main",
    () => ++lastId,
    now,
    (told) => {
      items = fold(items, told);
    },
  );
  for (let step = 0; step < 1_500; step += 1) {
    meddle(room, world);
    if (step % 10 === 0) expect(items, `seed ${seed}, step ${step}`).toEqual(room.items);
  }
  expect(items, `seed ${seed}`).toEqual(room.items);
});
