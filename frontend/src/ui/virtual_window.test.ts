import { describe, expect, it } from "vitest";
import { commonShift, drawnSpan, indicesDrawn, scrollTopFor, seenSpan } from "./virtual_window.ts";

const sight = (scrollTop: number) => ({ scrollTop, height: 500, row: 50 });

describe("what is seen and drawn", () => {
  it("is nothing while the list has no size", () => {
    expect(drawnSpan({ scrollTop: 0, height: 0, row: 0 }, 1000)).toEqual({ first: 0, end: 0 });
  });

  it("is nothing when the list has become shorter than where it stood", () => {
    expect(seenSpan(sight(5000), 3)).toEqual({ first: 3, end: 3 });
  });

  it("draws the same rows while the list scrolls by a little", () => {
    expect(drawnSpan(sight(1010), 1000)).toEqual(drawnSpan(sight(1040), 1000));
  });

  it("always draws what is seen, and a few rows more on both sides", () => {
    for (let scrollTop = 0; scrollTop < 50_000 - 500; scrollTop += 7) {
      const seen = seenSpan(sight(scrollTop), 1000);
      const drawn = drawnSpan(sight(scrollTop), 1000);
      expect(drawn.first).toBeLessThanOrEqual(Math.max(0, seen.first - 6));
      expect(drawn.end).toBeGreaterThanOrEqual(Math.min(1000, seen.end + 6));
      expect(drawn.end - drawn.first).toBeLessThan(35);
    }
  });
});

describe("what stays under the eye", () => {
  it("is what most rows have in common", () => {
    // One came in above them, and one of them was moved away.
    expect(commonShift([1, 1, 400, 1])).toBe(1);
  });

  it("is the topmost row when rows disagree", () => {
    expect(commonShift([0, 0, 1, 1])).toBe(0);
    expect(commonShift([2, -1])).toBe(2);
  });
});

describe("bringing a row into sight", () => {
  it("puts a row that is looked for into the middle", () => {
    expect(scrollTopFor(sight(0), 100, "middle")).toBe(5000 - 225);
    expect(scrollTopFor(sight(0), 1, "middle")).toBe(0);
  });
});

describe("the rows that are drawn", () => {
  it("are those of the span, and the others where they stand, each once", () => {
    expect(indicesDrawn({ first: 3, end: 6 }, [5, 8, 0], 10)).toEqual([0, 3, 4, 5, 8]);
  });

  it("are none that the list no longer has", () => {
    expect(indicesDrawn({ first: 3, end: 6 }, [-1, 9], 4)).toEqual([3]);
    expect(indicesDrawn({ first: 3, end: 6 }, [], 2)).toEqual([]);
  });
});
