import { expect, test } from "vitest";
import { truncate } from "./toasts.ts";

test.each([
  ["So What", "So What"],
  ["a".repeat(40), "a".repeat(40)],
  ["a".repeat(41), `${"a".repeat(39)}…`],
  [`${"a".repeat(38)} and so on`, `${"a".repeat(38)}…`],
  ["🎉".repeat(41), `${"🎉".repeat(39)}…`],
])("%s is truncated to %s", (name, said) => {
  expect(truncate(name)).toBe(said);
});
