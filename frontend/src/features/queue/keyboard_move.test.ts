import { describe, expect, it } from "vitest";
import { type KeyboardMove, movedTo, pickedUp, slotOfMove } from "./keyboard_move.ts";

const KEYS = ["a", "b", "c", "d"];

function indexIn(keys: readonly string[]): (key: string) => number {
  return (key) => keys.indexOf(key);
}

/** "b" taken and moved to a slot. */
function bAt(slot: number): KeyboardMove {
  return movedTo(pickedUp("b", indexIn(KEYS)), slot, KEYS);
}

describe("a taken item", () => {
  it("goes no farther than the ends", () => {
    expect(bAt(-1).slot).toBe(0);
    expect(bAt(9).slot).toBe(3);
  });

  it("follows its own place while others move", () => {
    const later = ["new", "a", "newer", "b", "c", "d"];
    expect(slotOfMove(pickedUp("b", indexIn(KEYS)), indexIn(later), 6)).toBe(3);
  });

  it("stays about where it was when its neighbour goes", () => {
    expect(slotOfMove(bAt(2), indexIn(["a", "b", "d"]), 3)).toBe(2);
    expect(slotOfMove(bAt(3), indexIn(["a", "b"]), 2)).toBe(1);
  });
});
