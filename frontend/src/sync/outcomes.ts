/** What became of own actions, between two looks at the outbox. Pure. */

import type { ItemRef } from "./actions.ts";
import type { Entry } from "./outbox_state.ts";
import { isSameItem } from "./requests.ts";
import type { Notice } from "./view.ts";

export interface Outcomes {
  notices: readonly Notice[];
  /** The refusals among them: no other page needs to tell of these. */
  told: ReadonlySet<string>;
}

/**
 * Every tab that knew an action tells of its end. A refusal of which no page has told, since its tab was closed, is
 * told by the next one that sees it.
 */
export function outcomesBetween(before: readonly Entry[], after: readonly Entry[]): Outcomes {
  const known = new Map(before.map((entry) => [entry.opId, entry]));
  const notices: Notice[] = [];
  const told = new Set<string>();
  for (const entry of after) {
    const old = known.get(entry.opId);
    const { outcome } = entry;
    if (outcome === null || old?.outcome) continue;
    if (outcome.kind === "refused" && (old || !outcome.isTold)) {
      const { code, message, details } = outcome;
      notices.push({ kind: "refused", refusal: { stored: entry, code, message, details } });
      told.add(entry.opId);
    } else if (outcome.kind === "done" && old) {
      notices.push({ kind: "done", stored: entry, itemId: outcome.itemId });
    }
  }
  return { notices, told };
}

/** Whether a vote has left the outbox without its end having been seen here, as while this tab was frozen. */
export function hasLostVote(before: readonly Entry[], after: readonly Entry[]): boolean {
  return before.some(({ opId, action, status }) => {
    if (action.kind !== "vote" || status !== "waiting") return false;
    const isThere = after.some((entry) => entry.opId === opId || isVoteOn(entry, action.item));
    return !isThere;
  });
}

/** One that took the place of another, for example. */
function isVoteOn({ action }: Entry, item: ItemRef): boolean {
  return action.kind === "vote" && isSameItem(action.item, item);
}
