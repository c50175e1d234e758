import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { ShownItem } from "../sync/index.ts";
import { view } from "./room.ts";
import {
  firstItem,
  nextItem,
  played,
  previousItem,
  queuedTracks,
  upcoming,
  upcomingSeconds,
} from "./up_next.ts";

const NOTHING = view.value;

/** `minutesAgo`: since it began to play, null where it never has. */
function item(id: number, minutesAgo: number | null = null): ShownItem {
  const playedAt = minutesAgo === null ? null : new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return { key: `item:${id}`, track_id: id, track: { duration_seconds: 200 }, played_at: playedAt } as never;
}

function queue(items: ShownItem[], playing: number | null = null): void {
  view.value = { ...NOTHING, items, playingKey: playing === null ? null : `item:${playing}` };
}

const ids = (items: readonly (ShownItem | null)[]) => items.map((one) => one?.track_id ?? null);

beforeEach(() => queue([]));
afterAll(() => {
  view.value = NOTHING;
});

describe("what is to come", () => {
  it("is neither what plays nor what was played, of which the last comes first", () => {
    queue([item(1, 30), item(2), item(3, 1), item(4, 20), item(5)], 3);
    expect([ids(upcoming.value), ids(played.value)]).toEqual([
      [2, 5],
      [4, 1],
    ]);
    expect(upcomingSeconds.value).toBe(400);
    expect([...queuedTracks.value].map(([id, { place }]) => [id, place])).toEqual([
      [2, 1],
      [5, 2],
      [3, 0],
    ]);
  });

  it("leaves nothing out, however far behind something is played at once", () => {
    queue([item(1), item(2), item(3, 1)], 3);
    expect(ids([nextItem(), previousItem()])).toEqual([1, null]);
    queue([item(1, 0), item(2), item(3, 1)], 1);
    expect(ids([nextItem(), previousItem()])).toEqual([2, 3]);
  });
});

describe("what playing begins with", () => {
  it("is the next, once what was stopped would be over", () => {
    queue([item(1, 4), item(2)]);
    expect(firstItem()?.track_id).toBe(2);
  });

  it("is what was stopped before its end", () => {
    queue([item(1, 2), item(2)]);
    expect(firstItem()?.track_id).toBe(1);
  });

  it("is the first once more, when all was played", () => {
    queue([item(1, 40), item(2, 30)]);
    expect(firstItem()?.track_id).toBe(1);
    queue([]);
    expect(firstItem()).toBeNull();
  });
});
