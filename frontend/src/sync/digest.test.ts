import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";

test("two items have the digest that the contract says", () => {
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
