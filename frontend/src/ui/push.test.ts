import { describe, expect, it } from "vitest";
import { pushesFarEnough, travel } from "./push.ts";

describe("a pushed row", () => {
  it("follows the finger until it is meant, then at half its pace, and not out of the window", () => {
    expect(travel(40)).toBe(40);
    expect(travel(-76)).toBe(-66);
    expect(travel(-500)).toBe(-96);
  });

  it("means something from a thumb's width on", () => {
    expect(pushesFarEnough(-55)).toBe(false);
    expect(pushesFarEnough(-56)).toBe(true);
  });
});
