import { describe, expect, it } from "vitest";
import { keysLeaving, type RowOrder, shiftsOf, successorOf } from "./row_order.ts";

/** A list whose rows are the letters of a word. */
function listOf(word: string): RowOrder {
  const keys = [...word];
  return { count: keys.length, keyAt: (index) => keys[index] ?? "", indexOf: (key) => keys.indexOf(key) };
}

const BEFORE = listOf("abcdef");
const SEEN = { first: 1, end: 4 };

describe("rows in sight", () => {
  it("tell how far each has gone down, but for those that are gone", () => {
    expect(shiftsOf(SEEN, BEFORE, listOf("xabcdef"))).toEqual([1, 1, 1]);
    expect(shiftsOf(SEEN, BEFORE, listOf("bdefac"))).toEqual([-1, 3, -2]);
    expect(shiftsOf(SEEN, BEFORE, listOf("abdef"))).toEqual([0, -1]);
  });

  it("leave when they stand where nothing is drawn, and not when they are gone", () => {
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

  it("is nobody in an empty list", () => {
    expect(successorOf("c", BEFORE, listOf(""))).toBeNull();
  });
});
