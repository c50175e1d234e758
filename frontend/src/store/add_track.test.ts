import { beforeEach, expect, test, vi } from "vitest";
import type { Track } from "../sync/index.ts";

const TRACK = { id: 5, title: "So What", artist: "Miles Davis", album: "Kind of Blue" } as Track;
const OTHER = { ...TRACK, id: 6, title: "Halo" };

let addTrack: typeof import("./add_track.ts");
let guest: typeof import("./identity.ts");
let room: typeof import("./room.ts");

beforeEach(async () => {
  localStorage.clear();
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response("{}")),
  );
  vi.stubGlobal(
    "WebSocket",
    class {
      close(): void {}
    },
  );
  vi.resetModules();
  [addTrack, guest, room] = [
    await import("./add_track.ts"),
    await import("./identity.ts"),
    await import("./room.ts"),
  ];
  await (await import("../locales/index.ts")).setLanguage("en");
  await room.enterRoom("kitchen");
  room.view.value = { ...room.view.value, connection: { kind: "live" } };
});

const queued = () => room.view.value.items.map(({ track_id }) => track_id);
/** What the client shows has its own connection. */
const beLive = () => {
  room.view.value = { ...room.view.value, connection: { kind: "live" } };
};

test("the first addition waits for a name or the wish to give none, the next does not", () => {
  expect(addTrack.addOnce(TRACK)).toBe(false);
  expect([addTrack.namePrompt.value, queued()]).toEqual([TRACK, []]);
  guest.wasNameAsked.value = "yes";
  addTrack.addWithoutName();
  expect([addTrack.namePrompt.value, queued()]).toEqual([null, [5]]);
  beLive();
  expect(addTrack.addOnce(OTHER)).toBe(true);
  expect(queued()).toEqual([5, 6]);
});

test("users with a name, or without connection to set one, are not asked", () => {
  guest.guest.value = { guest_id: "one", name: "Ada" } as typeof guest.guest.value;
  expect(addTrack.addOnce(TRACK)).toBe(true);
  guest.guest.value = null;
  room.view.value = { ...room.view.value, connection: { kind: "offline" } };
  expect(addTrack.addOnce(OTHER)).toBe(true);
  expect([addTrack.namePrompt.value, queued()]).toEqual([null, [5, 6]]);
});

test("the same song from another album asks for that first, then for the name", () => {
  guest.wasNameAsked.value = "yes";
  addTrack.addOnce(TRACK);
  beLive();
  guest.wasNameAsked.value = "";
  const twin = { ...TRACK, id: 7, album: "1959" };
  expect(addTrack.addOnce(twin)).toBe(false);
  expect(addTrack.otherVersionPrompt.value?.track).toBe(twin);
  expect(addTrack.namePrompt.value).toBeNull();
  expect(addTrack.addAfterNamePrompt(twin)).toBe(false);
  expect(addTrack.namePrompt.value).toBe(twin);
});
