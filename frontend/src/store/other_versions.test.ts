import { describe, expect, it } from "vitest";
import type { ShownItem } from "../sync/index.ts";
import { otherVersionOf } from "./add_track.ts";
import { view } from "./room.ts";

const track = (id: number, title: string, artist = "The Killers") => ({ id, title, artist }) as never;

function queued(id: number, title: string, artist = "The Killers"): ShownItem {
  return { key: `item:${id}`, track_id: id, track: { title, artist }, pending: [], played_at: null } as never;
}

describe("the same song from another album", () => {
  it("is found whatever the capitals, the accents and the blanks", () => {
    view.value = { ...view.value, items: [queued(1, "So What"), queued(2, "Señorita ", "Björk")] };
    expect(otherVersionOf(track(3, "senorita", "BJORK"))?.track_id).toBe(2);
    expect(otherVersionOf(track(2, "Señorita", "Björk"))).toBeNull();
    expect(otherVersionOf(track(3, "So What"))?.track_id).toBe(1);
    expect(otherVersionOf(track(3, "So What", "Miles Davis"))).toBeNull();
    expect(otherVersionOf(track(3, "So What (Live)"))).toBeNull();
    view.value = { ...view.value, items: [] };
  });
});
