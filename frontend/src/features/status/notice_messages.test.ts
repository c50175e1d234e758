import { describe, expect, it, test } from "vitest";
import { messages as english, messages } from "../../locales/en.ts";
import type { Rejection, StoredAction, StreamEvent } from "../../sync/index.ts";
import { activitySummary, rejectionMessage } from "./notice_messages.ts";

const item = (title: string, addedBy: string) => ({
  id: 1,
  track: {
    id: 5,
    title,
    artist: "Miles Davis",
    album: "",
    duration_seconds: 545,
    duration_formatted: "9:05",
    genre: "jazz",
    cover_url: null,
    isrc: null,
    created_at: "2026-01-01T00:00:00Z",
    has_audio: false,
    explicit: null,
  },
  track_id: 5,
  position: 1,
  votes: 0,
  added_by: addedBy,
  is_playing: false,
  added_at: "2026-01-01T00:00:00Z",
  played_at: null,
});

function event(type: StreamEvent["type"], payload: unknown): StreamEvent {
  return {
    type,
    payload,
    room: "main",
    epoch: "e",
    seq: 1,
    ts: "2026-01-01T00:00:00Z",
    op_id: null,
  } as StreamEvent;
}

const added = (name: string) => event("track.added", item("So What", name));

describe("the sentence about a batch of others' changes", () => {
  it("has no name if none is known", () => {
    expect(activitySummary([added("Anonymous")], english)).toBe("1 track added");
  });

  it("does not call it moving when votes order the room", () => {
    const batch = [event("track.voted", item("So What", "Bo")), event("track.moved", item("So What", "Bo"))];
    expect(activitySummary(batch, english)).toBe("1 vote");
    expect(activitySummary(batch.slice(1), english)).toBe("1 track moved");
  });

  it("reports only what plays in the end", () => {
    const batch = [
      event("track.playing", item("So What", "Bo")),
      event("track.playing", item("Blue in Green", "Bo")),
    ];
    expect(activitySummary(batch, english)).toBe("Now playing: Blue in Green");
    const stopped = event("track.playing", { id: null, is_playing: false, stopped_id: 1 });
    expect(activitySummary([...batch, stopped], english)).toBe("Playback stopped");
  });

  it("reports nothing of unknown events", () => {
    expect(activitySummary([event("track.praised" as StreamEvent["type"], {})], english)).toBe("");
  });
});

const stored = { title: "So What", action: { kind: "vote", item: 1, value: 1 } } as StoredAction;
const rejection = (code: string, details: Rejection["details"] = {}) => ({ code, details, stored });

test("an action on a removed item has a message of its own", () => {
  expect(rejectionMessage(rejection("NOT_FOUND"), messages)).toBe("So What is no longer in the queue.");
});

test("what is about a room that has gone does not blame the track", () => {
  expect(rejectionMessage(rejection("NOT_FOUND", { room: "kitchen" }), messages)).toBe(
    "This room was deleted.",
  );
});
