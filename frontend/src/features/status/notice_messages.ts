/** Messages about changes: one sentence for a batch of others' changes, one for each rejected action. */

import type { Messages } from "../../locales/en.ts";
import { ANONYMOUS } from "../../store/identity.ts";
import { truncate } from "../../store/toasts.ts";
import type { Rejection, StreamEvent } from "../../sync/index.ts";

export function activitySummary(events: readonly StreamEvent[], messages: Messages): string {
  const count = (type: StreamEvent["type"]) => events.filter((event) => event.type === type).length;
  const parts = [...additionTexts(events, messages)];
  const { others } = messages;
  const votes = count("track.voted");
  // In rooms ordered by votes a vote moves items, which is not reported as a move.
  const moves = votes ? 0 : count("track.moved");
  const removals = count("track.removed");
  if (removals) parts.push(others.removed(removals));
  if (moves) parts.push(others.moved(moves));
  if (votes) parts.push(others.voted(votes));
  parts.push(...playingTexts(events, messages));
  return parts.join(", ");
}

function additionTexts(events: readonly StreamEvent[], { others }: Messages): string[] {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.type === "track.added") {
      counts.set(event.payload.added_by, (counts.get(event.payload.added_by) ?? 0) + 1);
    }
  }
  return textsByName(counts, others);
}

/** "Bo added 3 tracks, Cem added 1 track" */
export function additionsText(counts: ReadonlyMap<string, number>, { others }: Messages): string {
  return textsByName(counts, others).join(", ");
}

function textsByName(counts: ReadonlyMap<string, number>, others: Messages["others"]): string[] {
  return [...counts].map(([name, count]) =>
    name === ANONYMOUS ? others.somebodyAdded(count) : others.added(name, count),
  );
}

/** Only the last counts. */
function playingTexts(events: readonly StreamEvent[], { others }: Messages): string[] {
  const last = events.findLast((event) => event.type === "track.playing");
  if (!last) return [];
  return ["track" in last.payload ? others.nowPlays(last.payload.track.title) : others.stopped];
}

type RejectedAction = Pick<Rejection, "code" | "details" | "stored">;

export function rejectionMessage({ code, details, stored }: RejectedAction, { rejected }: Messages): string {
  const title = truncate(stored.title);
  switch (code) {
    case "NOT_FOUND":
      if ("room" in details) return rejected.roomGone;
      return stored.action.kind === "add" ? rejected.notInLibrary(title) : rejected.gone(title);
    case "DUPLICATE_TRACK":
      return rejected.duplicate(title);
    case "QUEUE_FULL":
      return rejected.full;
    case "ORDERED_BY_VOTES":
      return rejected.byVotes;
    case "PERMISSION_DENIED":
      return rejected.notAllowed;
    default:
      return rejected.generic(title);
  }
}
