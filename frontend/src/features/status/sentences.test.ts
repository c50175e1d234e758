import { describe, expect, it } from "vitest";
import type { StreamEvent } from "../../sync/index.ts";
import { words as english } from "../../words/en.ts";
import { sentenceOf } from "./sentences.ts";

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
  it("names nobody where nobody is known", () => {
    expect(sentenceOf([added("Anonymous")], english)).toBe("1 track added");
  });

  it("does not call it moving when votes order the room", () => {
    const batch = [event("track.voted", item("So What", "Bo")), event("track.moved", item("So What", "Bo"))];
    expect(sentenceOf(batch, english)).toBe("1 vote");
    expect(sentenceOf(batch.slice(1), english)).toBe("1 track moved");
  });

  it("says only what plays in the end", () => {
    const batch = [
      event("track.playing", item("So What", "Bo")),
      event("track.playing", item("Blue in Green", "Bo")),
    ];
    expect(sentenceOf(batch, english)).toBe("Now playing: Blue in Green");
    const stopped = event("track.playing", { id: null, is_playing: false, stopped_id: 1 });
    expect(sentenceOf([...batch, stopped], english)).toBe("Playback stopped");
  });

  it("has nothing to say about what it does not know", () => {
    expect(sentenceOf([event("track.praised" as StreamEvent["type"], {})], english)).toBe("");
  });
});
