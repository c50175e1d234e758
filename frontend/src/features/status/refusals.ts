/** Why something was not done, in words that help. */

import type { Refusal } from "../../sync/index.ts";
import type { Words } from "../../words/en.ts";

export function refusalText({ code, stored }: Pick<Refusal, "code" | "stored">, { refused }: Words): string {
  switch (code) {
    case "NOT_FOUND":
      return stored.action.kind === "add" ? refused.notInLibrary(stored.title) : refused.gone(stored.title);
    case "DUPLICATE_TRACK":
      return refused.duplicate(stored.title);
    case "QUEUE_FULL":
      return refused.full;
    case "ORDERED_BY_VOTES":
      return refused.byVotes;
    case "RATE_LIMITED":
      return refused.limited;
    case "PERMISSION_DENIED":
      return refused.notAllowed;
    default:
      return refused.generic(stored.title);
  }
}
