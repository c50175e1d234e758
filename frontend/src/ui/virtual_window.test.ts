import { describe, expect, it, test } from "vitest";
import {
  commonShift,
  drawnSpan,
  indicesDrawn,
  keysLeaving,
  orderedKeys,
  type RowOrder,
  scrollTopFor,
  seenSpan,
  shiftsOf,
  successorOf,
} from "./virtual_window.ts";

const sight = (scrollTop: number) => ({ scrollTop, height: 500, row: 50 });

describe("what is seen and drawn", () => {
  it("is nothing while the list has no size", () => {
    expect(drawnSpan({ scrollTop: 0, height: 0, row: 0 }, 1000)).toEqual({ first: 0, end: 0 });
  });

  it("is empty when the list has become shorter than its position", () => {
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
  it("are those of the span, and the others at their positions, each once", () => {
    expect(indicesDrawn({ first: 3, end: 6 }, [5, 8, 0], 10)).toEqual([0, 3, 4, 5, 8]);
  });

  it("are none that the list no longer has", () => {
    expect(indicesDrawn({ first: 3, end: 6 }, [-1, 9], 4)).toEqual([3]);
    expect(indicesDrawn({ first: 3, end: 6 }, [], 2)).toEqual([]);
  });
});

/** A list whose rows are the letters of a word. */
function listOf(word: string): RowOrder {
  const keys = [...word];
  return { count: keys.length, keyAt: (index) => keys[index] ?? "", indexOf: (key) => keys.indexOf(key) };
}

const BEFORE = listOf("abcdef");
const SEEN = { first: 1, end: 4 };

describe("rows in sight", () => {
  it("are how far each has moved down, except for removed ones", () => {
    expect(shiftsOf(SEEN, BEFORE, listOf("xabcdef"))).toEqual([1, 1, 1]);
    expect(shiftsOf(SEEN, BEFORE, listOf("bdefac"))).toEqual([-1, 3, -2]);
    expect(shiftsOf(SEEN, BEFORE, listOf("abdef"))).toEqual([0, -1]);
  });

  it("leave when they are outside of the drawn span, and not when they are removed", () => {
    const after = listOf("adefbx");
    expect(keysLeaving(SEEN, { first: 0, end: 4 }, BEFORE, after)).toEqual(["b"]);
  });
});

describe("the row that takes another's place", () => {
  it("is the row itself while it is there", () => {
    expect(successorOf("c", BEFORE, listOf("cab"))).toBe("c");
    expect(successorOf(null, BEFORE, listOf("cab"))).toBeNull();
  });

  it("is the next one, behind the last the one before", () => {
    expect(successorOf("c", BEFORE, listOf("abdef"))).toBe("d");
    expect(successorOf("f", BEFORE, listOf("abcde"))).toBe("e");
  });

  it("is null in an empty list", () => {
    expect(successorOf("c", BEFORE, listOf(""))).toBeNull();
  });
});

const item = (key: string, votes = 0) => ({ key, votes });

test("a vote leaves the order the same object, so that nothing is computed or rendered again for it", () => {
  const before = orderedKeys([item("a"), item("b")], []);

  expect(orderedKeys([item("a", 1), item("b")], before)).toBe(before);
});
