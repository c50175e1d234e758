import { describe, expect, it } from "vitest";
import { type Grab, grabAt, grabbed, slotOf } from "./grab.ts";

const KEYS = ["a", "b", "c", "d"];

function indexIn(keys: readonly string[]): (key: string) => number {
  return (key) => keys.indexOf(key);
}

/** "b" taken and moved to a slot. */
function bAt(slot: number): Grab {
  return grabAt(grabbed("b", indexIn(KEYS)), slot, KEYS);
}

describe("a taken item", () => {
  it("stands at its own place first", () => {
    const grab = grabbed("b", indexIn(KEYS));
    expect(grab.place).toBeNull();
    expect(slotOf(grab, indexIn(KEYS), 4)).toBe(1);
  });

  it("is moved behind its neighbours, and back to a place that is none", () => {
    expect(bAt(2)).toEqual({ key: "b", place: { after: "c" }, slot: 2 });
    expect(bAt(0)).toEqual({ key: "b", place: { before: "a" }, slot: 0 });
    expect(bAt(1).place).toBeNull();
  });

  it("goes no farther than the ends", () => {
    expect(bAt(-1).slot).toBe(0);
    expect(bAt(9).slot).toBe(3);
  });

  it("stays with its neighbour while others move", () => {
    const later = ["c", "new", "a", "b", "d"];
    expect(slotOf(bAt(2), indexIn(later), 5)).toBe(1);
  });

  it("follows its own place while others move", () => {
    const later = ["new", "a", "newer", "b", "c", "d"];
    expect(slotOf(grabbed("b", indexIn(KEYS)), indexIn(later), 6)).toBe(3);
  });

  it("stays about where it was when its neighbour goes", () => {
    expect(slotOf(bAt(2), indexIn(["a", "b", "d"]), 3)).toBe(2);
    expect(slotOf(bAt(3), indexIn(["a", "b"]), 2)).toBe(1);
  });
});
