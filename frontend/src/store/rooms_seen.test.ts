import { beforeEach, expect, test } from "vitest";
import type { Room } from "../generated/api.ts";
import { keep } from "./remembered.ts";
import { forgetRoom, recallRoom, rememberRoom } from "./rooms_seen.ts";

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
  rememberRoom(room("kitchen"));
  rememberRoom(room("kitchen", "Kitchen party"));
  expect(recallRoom("kitchen")).toEqual(room("kitchen", "Kitchen party"));
  expect(recallRoom("garden")).toBeNull();
});

test("a room that has gone is forgotten", () => {
  for (const slug of ["kitchen", "garden"]) rememberRoom(room(slug));
  forgetRoom("kitchen");
  expect(recallRoom("kitchen")).toBeNull();
  expect(recallRoom("garden")).not.toBeNull();
});

test("only those that were seen last are kept", () => {
  for (let number = 1; number <= 12; number += 1) rememberRoom(room(`room-${number}`));
  expect(recallRoom("room-2")).toBeNull();
  expect(recallRoom("room-3")).not.toBeNull();
});

test.each(["{", "null", "7"])("what is kept may be broken: %s", (kept) => {
  keep("rooms-seen", kept);
  expect(recallRoom("kitchen")).toBeNull();
  rememberRoom(room("kitchen"));
  expect(recallRoom("kitchen")).not.toBeNull();
});
