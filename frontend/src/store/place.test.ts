import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import {
  addressOfRoom,
  aside,
  followAddress,
  lastPart,
  part,
  partsOf,
  roomOfAddress,
  show,
  tabOf,
  tabs,
} from "./place.ts";
import { NO_ROOM } from "./room.ts";

describe("the room of an address", () => {
  it.each([
    ["/", "main"],
    ["/r/main", "main"],
    ["/r/kitchen-2/", "kitchen-2"],
    ["/r/Kitchen", "kitchen"],
  ])("%s is %s", (path, slug) => {
    expect(roomOfAddress(path)).toBe(slug);
  });

  it.each(["/r", "/r/", "/r/BAD_slug!", "/r/a/b", "/r/K%C3%BCche", `/r/${"a".repeat(51)}`])(
    "%s is none, so not the main one either",
    (path) => {
      expect(roomOfAddress(path)).toBe(NO_ROOM);
    },
  );

  it("leads back to it", () => {
    for (const slug of ["main", "kitchen"]) expect(roomOfAddress(addressOfRoom(slug))).toBe(slug);
  });
});

describe("the parts", () => {
  it("belong to one tab each, which stands for itself first", () => {
    for (const tab of tabs) {
      expect(partsOf[tab][0]).toBe(tab);
      expect(partsOf[tab].map(tabOf)).toEqual(partsOf[tab].map(() => tab));
    }
  });

  it("are shown again by their tab, and one of two tabs stays aside", async () => {
    followAddress(signal(1));
    show("stats");
    show("discover");
    expect(part.value).toBe("discover");
    expect(lastPart.value).toMatchObject({ library: "discover", history: "stats", room: "room" });
    expect(aside.value).toBe("stats");
    show("account");
    expect(aside.value).toBe("account");
    await Promise.resolve();
    expect(location.hash).toBe("#account");
  });
});
