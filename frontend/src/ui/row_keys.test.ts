import { expect, it } from "vitest";
import { rowForKey } from "./row_keys.ts";

it.each([
  ["ArrowDown", 3, 4],
  ["ArrowUp", 3, 2],
  ["PageDown", 3, 10],
  ["PageUp", 30, 23],
  ["Home", 30, 0],
  ["End", 3, 99],
])("%s leads from row %i to row %i", (key, from, to) => {
  expect(rowForKey(key, from, 100, 7)).toBe(to);
});

it.each([
  ["ArrowUp", 0, 0],
  ["PageUp", 3, 0],
  ["ArrowDown", 99, 99],
  ["PageDown", 97, 99],
])("%s stays within the list", (key, from, to) => {
  expect(rowForKey(key, from, 100, 7)).toBe(to);
});

it("leads nowhere by other keys, and in an empty list", () => {
  expect(rowForKey("a", 3, 100, 7)).toBeNull();
  expect(rowForKey("ArrowDown", 0, 0, 7)).toBeNull();
});
