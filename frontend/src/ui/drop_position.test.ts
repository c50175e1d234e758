import { describe, expect, it } from "vitest";
import { edgeSpeed, slotOfPosition, slotUnder, withMoved } from "./drop_position.ts";

describe("a place", () => {
  it("holds while rows come and go around its neighbour", () => {
    const later = ["new", "a", "b", "newer", "c"];
    expect(slotOfPosition({ after: "b" }, (key) => later.indexOf(key))).toBe(3);
    expect(slotOfPosition({ before: "a" }, (key) => later.indexOf(key))).toBe(1);
  });

  it("is lost with its neighbour", () => {
    expect(slotOfPosition({ after: "b" }, (key) => ["a", "c"].indexOf(key))).toBe(-1);
    expect(slotOfPosition({ before: "a" }, (key) => ["b", "c"].indexOf(key))).toBe(-1);
  });

  it("names the position of the row, from every row to every slot", () => {
    const list = ["a", "b", "c", "d"];
    for (let from = 0; from < 4; from += 1) {
      for (let slot = 0; slot < 4; slot += 1) {
        const moved = withMoved(list, from, slot);
        expect(moved.indexOf(list[from] ?? "")).toBe(slot);
        expect([...moved].sort()).toEqual(list);
      }
    }
    expect(withMoved(list, 2, 2)).toBe(list);
  });
});

describe("a carried row", () => {
  it("is over its neighbour's place once it covers half of it", () => {
    expect(slotUnder(2 * 50 + 24, 50, 10)).toBe(2);
    expect(slotUnder(2 * 50 + 26, 50, 10)).toBe(3);
    expect(slotUnder(2 * 50 - 26, 50, 10)).toBe(1);
  });

  it("stays within the list", () => {
    expect(slotUnder(-400, 50, 10)).toBe(0);
    expect(slotUnder(4000, 50, 10)).toBe(9);
  });
});

describe("near an edge", () => {
  it("the list scrolls, the faster the nearer, and not in between", () => {
    expect(edgeSpeed(300, 600)).toBe(0);
    expect(edgeSpeed(40, 600)).toBeLessThan(0);
    expect(edgeSpeed(10, 600)).toBeLessThan(edgeSpeed(40, 600));
    expect(edgeSpeed(590, 600)).toBeGreaterThan(0);
  });

  it("it goes no faster the farther the pointer is outside", () => {
    expect(edgeSpeed(-500, 600)).toBe(edgeSpeed(0, 600));
  });
});
