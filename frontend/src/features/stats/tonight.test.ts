import { expect, it } from "vitest";
import type { ShownItem } from "../../sync/index.ts";
import { nightOf } from "./tonight.tsx";

const HOUR_MS = 3600 * 1000;
const NOW = Date.parse("2026-11-23T01:00:00Z");

function item(title: string, hoursAgo: number, votes: number, addedBy: string, isPlayed = false): ShownItem {
  const at = new Date(NOW - hoursAgo * HOUR_MS).toISOString();
  const track = { title, artist: "Band" };
  return { track, votes, added_by: addedBy, added_at: at, played_at: isPlayed ? at : null } as never;
}

it("counts what was added in the last 12 hours, by votes and by person", () => {
  const items = [
    item("Old", 13, 9, "Ada"),
    item("One", 3, 2, "Bo", true),
    item("Two", 2, 5, "Ada"),
    item("Three", 1, -1, "Bo"),
    item("Four", 1, 0, ""),
  ];
  expect(nightOf(items, NOW)).toEqual({
    added: 4,
    played: 1,
    people: 2,
    mostVotes: [
      { name: "Two · Band", count: 5, change: null },
      { name: "One · Band", count: 2, change: null },
    ],
    mostAdded: [
      { name: "Bo", count: 2, change: null },
      { name: "Ada", count: 1, change: null },
    ],
  });
});
