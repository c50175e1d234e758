import { describe, expect, it } from "vitest";
import { hueOf, initialsOf } from "./cover.tsx";

describe("a drawn cover", () => {
  it.each([
    ["Miles Davis", "MD"],
    ["Queen", "Q"],
    ["The Rolling Stones", "TS"],
    ["  ", "♪"],
    ["!!!", "♪"],
    ["🎸🎉", "♪"],
    ["<script>alert(1)</script>", "♪"],
    ["坂本 龍一", "坂龍"],
    ["Édith Piaf & Friends", "ÉF"],
  ])("of %s shows %s", (artist, initials) => {
    expect(initialsOf(artist)).toBe(initials);
  });

  it("has the same hue for the same artist, on the circle", () => {
    expect(hueOf("Queen")).toBe(hueOf("Queen"));
    const hues = ["Queen", "Prince", "Björk", "Nina Simone", "Kraftwerk"].map(hueOf);
    expect(new Set(hues).size).toBe(hues.length);
    expect(hues.every((hue) => hue >= 0 && hue < 360)).toBe(true);
  });
});
