import { expect, test } from "vitest";
import { orderOf } from "./order.ts";

const item = (key: string, votes = 0) => ({ key, votes });

test("a vote leaves the order the same object, so that nothing is looked up or drawn anew for it", () => {
  const before = orderOf([item("a"), item("b")], []);

  expect(orderOf([item("a", 1), item("b")], before)).toBe(before);
});
