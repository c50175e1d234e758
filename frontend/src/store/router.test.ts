import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { NO_ROOM, screenPath } from "./room.ts";
import {
  lastPart,
  part,
  partsOf,
  roomOfPath,
  roomPath,
  showPart,
  sidePart,
  startRouter,
  tabOf,
  tabs,
} from "./router.ts";

describe("the room of an address", () => {
  it.each([
    ["/", "main"],
    ["/index.html", "main"],
    ["/r/main", "main"],
    ["/r/kitchen-2/", "kitchen-2"],
    ["/r/Kitchen", "kitchen"],
  ])("%s is %s", (path, slug) => {
    expect(roomOfPath(path)).toBe(slug);
  });

  it.each([
    "/nonsense",
    "/rooms/main",
    "/r",
    "/r/",
    "/r/BAD_slug!",
    "/r/a/b",
    "/r/K%C3%BCche",
    `/r/${"a".repeat(51)}`,
  ])("%s is none, so not the main one either", (path) => {
    expect(roomOfPath(path)).toBe(NO_ROOM);
  });

  it("also has a page for a large display", () => {
    expect(roomOfPath(screenPath("kitchen"))).toBe("kitchen");
    expect(roomOfPath("/screen")).toBe(NO_ROOM);
  });

  it("leads back to it", () => {
    for (const slug of ["main", "kitchen"]) expect(roomOfPath(roomPath(slug))).toBe(slug);
  });
});

describe("the parts", () => {
  it("belong to one tab each, which is its own first part", () => {
    for (const tab of tabs) {
      expect(partsOf[tab][0]).toBe(tab);
      expect(partsOf[tab].map(tabOf)).toEqual(partsOf[tab].map(() => tab));
    }
  });

  it("are shown again by their tab, and one of two tabs stays aside", async () => {
    startRouter(signal(1));
    showPart("stats");
    showPart("discover");
    expect(part.value).toBe("discover");
    expect(lastPart.value).toMatchObject({ library: "discover", history: "stats", room: "room" });
    expect(sidePart.value).toBe("stats");
    showPart("account");
    expect(sidePart.value).toBe("account");
    await Promise.resolve();
    expect(location.hash).toBe("#account");
  });
});
