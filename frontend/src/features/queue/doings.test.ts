import { describe, expect, it } from "vitest";
import type { ShownItem } from "../../sync/index.ts";
import { placeOfStep, restoring } from "./doings.ts";

const items = ["a", "b", "c"].map((key) => ({ key }) as ShownItem);

describe("a step", () => {
  it("leads past the neighbour, or past all", () => {
    expect(placeOfStep(items, 1, "up")).toEqual({ before: "a" });
    expect(placeOfStep(items, 1, "down")).toEqual({ after: "c" });
    expect(placeOfStep(items, 2, "top")).toEqual({ before: "a" });
    expect(placeOfStep(items, 0, "bottom")).toEqual({ after: "c" });
  });

  it.each(["up", "top"] as const)("leads nowhere from the first item: %s", (step) => {
    expect(placeOfStep(items, 0, step)).toBeNull();
  });

  it.each(["down", "bottom"] as const)("leads nowhere from the last item: %s", (step) => {
    expect(placeOfStep(items, 2, step)).toBeNull();
  });
});

describe("the way back of a removed item", () => {
  const track = { id: 7, title: "So What" };
  const above = { key: "a", ref: 1 } as ShownItem;

  it("is the server's, where the server has it", () => {
    const item = { id: 5, track, added_by: "Ada" } as ShownItem;
    expect(restoring(item, [above, item])).toEqual({ kind: "restore", item: 5 });
  });

  it("is to add it anew where it stood, where the server has never seen it", () => {
    const item = { id: null, track, added_by: "Ada" } as ShownItem;
    expect(restoring(item, [above, item])).toEqual({
      kind: "add",
      track,
      addedBy: "Ada",
      place: { after: 1 },
    });
  });

  it("leaves it to the server to name whoever gave no name", () => {
    const item = { id: null, track, added_by: "" } as ShownItem;
    expect(restoring(item, [item])).toEqual({ kind: "add", track, addedBy: null, place: null });
  });
});
