import { describe, expect, it } from "vitest";
import type { ShownItem } from "../../sync/index.ts";
import { restoring } from "./doings.ts";

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
