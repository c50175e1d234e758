import { describe, expect, it } from "vitest";
import type { ShownItem } from "../../sync/index.ts";
import { placeOfStep } from "./doings.ts";

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
