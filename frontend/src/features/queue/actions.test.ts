import { describe, expect, it } from "vitest";
import type { ShownItem } from "../../sync/index.ts";
import { restoreAction } from "./actions.ts";

describe("the way back of a removed item", () => {
  const track = { id: 7, title: "So What" };
  const above = { key: "a", ref: 1 } as ShownItem;

  it("is the server's, where the server has it", () => {
    const item = { id: 5, track, added_by: "Ada" } as ShownItem;
    expect(restoreAction(item, [above, item])).toEqual({ kind: "restore", item: 5 });
  });

  it("adds it again at its position if the server has never had it", () => {
    const item = { id: null, track, added_by: "Ada" } as ShownItem;
    expect(restoreAction(item, [above, item])).toEqual({
      kind: "add",
      track,
      addedBy: "Ada",
      place: { after: 1 },
    });
  });

  it("leaves the name to the server for users without one", () => {
    const item = { id: null, track, added_by: "" } as ShownItem;
    expect(restoreAction(item, [item])).toEqual({ kind: "add", track, addedBy: null, place: null });
  });
});
