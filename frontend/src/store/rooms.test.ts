import { describe, expect, it } from "vitest";
import { slugFromName } from "./rooms.ts";

describe("the address that a room's name makes", () => {
  it.each([
    ["Kitchen party", "kitchen-party"],
    ["  Café Zoë! ", "cafe-zoe"],
    ["rock_n_roll -- live", "rock-n-roll-live"],
    ["Große Sause", "grosse-sause"],
    [`${"Long ".repeat(8)}words`, `${"long-".repeat(8)}`.slice(0, -1)],
    ["日本", ""],
    ["x".repeat(60), "x".repeat(44)],
  ])("of %j is %j", (name, slug) => {
    expect(slugFromName(name)).toBe(slug);
  });
});
