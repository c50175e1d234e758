import { expect, test } from "vitest";
import { orderOf } from "./order.ts";

const item = (key: string, votes = 0) => ({ key, votes });

test("the order of items is that of their keys", () => {
  expect(orderOf([item("a"), item("b")], [])).toEqual(["a", "b"]);
});

test("a vote leaves the order the same object, so that nothing is looked up or drawn anew for it", () => {
  const before = orderOf([item("a"), item("b")], []);

  expect(orderOf([item("a", 1), item("b")], before)).toBe(before);
});

test.each([
  ["moved", ["b", "a"]],
  ["added", ["a", "b", "c"]],
  ["removed", ["a"]],
  ["replaced", ["a", "c"]],
])("where an item was %s it is another", (_, keys) => {
  const before = orderOf([item("a"), item("b")], []);

  expect(
    orderOf(
      keys.map((key) => item(key)),
      before,
    ),
  ).toEqual(keys);
});
