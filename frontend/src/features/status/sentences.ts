/** One sentence for a batch of others' changes: "Bo added 3 tracks, 2 votes". */

import { ANONYMOUS } from "../../store/guest.ts";
import type { StreamEvent } from "../../sync/index.ts";
import type { Words } from "../../words/en.ts";

export function sentenceOf(events: readonly StreamEvent[], words: Words): string {
  const count = (type: StreamEvent["type"]) => events.filter((event) => event.type === type).length;
  const parts = [...additions(events, words)];
  const { others } = words;
  const votes = count("track.voted");
  // Where votes order the room, a vote moves: that is not somebody's moving.
  const moves = votes ? 0 : count("track.moved");
  const removals = count("track.removed");
  if (removals) parts.push(others.removed(removals));
  if (moves) parts.push(others.moved(moves));
  if (votes) parts.push(others.voted(votes));
  parts.push(...whatPlays(events, words));
  return parts.join(", ");
}

function additions(events: readonly StreamEvent[], { others }: Words): string[] {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.type === "track.added") {
      counts.set(event.payload.added_by, (counts.get(event.payload.added_by) ?? 0) + 1);
    }
  }
  return [...counts].map(([name, count]) =>
    name === ANONYMOUS ? others.somebodyAdded(count) : others.added(name, count),
  );
}

/** Only the last counts. */
function whatPlays(events: readonly StreamEvent[], { others }: Words): string[] {
  const last = events.findLast((event) => event.type === "track.playing");
  if (!last) return [];
  return ["track" in last.payload ? others.nowPlays(last.payload.track.title) : others.stopped];
}
