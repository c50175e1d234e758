import { describe, expect, it } from "vitest";
import { slugOf } from "./rooms.ts";

describe("the address that a room's name makes", () => {
  it.each([
    ["Kitchen party", "kitchen-party"],
    ["  Café Zoë! ", "cafe-zoe"],
    ["rock_n_roll -- live", "rock-n-roll-live"],
    ["日本", ""],
    ["x".repeat(60), "x".repeat(44)],
  ])("of %j is %j", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});
