import { beforeEach, expect, test } from "vitest";
import type { Room } from "../generated/api.ts";
import { cachedRoom, cacheRoom, saveStored, uncacheRoom } from "./local_storage.ts";

const room = (slug: string, name = slug): Room => ({
  slug,
  name,
  is_public: false,
  order: "votes",
  items: 0,
  created_at: "2026-01-01T00:00:00Z",
});

beforeEach(() => localStorage.clear());

test("a room is known as it was last", () => {
  cacheRoom(room("kitchen"));
  cacheRoom(room("kitchen", "Kitchen party"));
  expect(cachedRoom("kitchen")).toEqual(room("kitchen", "Kitchen party"));
  expect(cachedRoom("garden")).toBeNull();
});

test("a deleted room is removed", () => {
  for (const slug of ["kitchen", "garden"]) cacheRoom(room(slug));
  uncacheRoom("kitchen");
  expect(cachedRoom("kitchen")).toBeNull();
  expect(cachedRoom("garden")).not.toBeNull();
});

test("only the last rooms are stored", () => {
  for (let number = 1; number <= 12; number += 1) cacheRoom(room(`room-${number}`));
  expect(cachedRoom("room-2")).toBeNull();
  expect(cachedRoom("room-3")).not.toBeNull();
});

test.each(["{", "null", "7"])("a damaged value is ignored: %s", (kept) => {
  saveStored("rooms-seen", kept);
  expect(cachedRoom("kitchen")).toBeNull();
  cacheRoom(room("kitchen"));
  expect(cachedRoom("kitchen")).not.toBeNull();
});
