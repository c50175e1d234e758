/** Why something was not done, in words that help. */

import type { Refusal } from "../../sync/index.ts";
import { shortened } from "../../ui/shortened.ts";
import type { Words } from "../../words/en.ts";

type Told = Pick<Refusal, "code" | "details" | "stored">;

export function refusalText({ code, details, stored }: Told, { refused }: Words): string {
  const title = shortened(stored.title);
  switch (code) {
    case "NOT_FOUND":
      if ("room" in details) return refused.roomGone;
      return stored.action.kind === "add" ? refused.notInLibrary(title) : refused.gone(title);
    case "DUPLICATE_TRACK":
      return refused.duplicate(title);
    case "QUEUE_FULL":
      return refused.full;
    case "ORDERED_BY_VOTES":
      return refused.byVotes;
    case "PERMISSION_DENIED":
      return refused.notAllowed;
    default:
      return refused.generic(title);
  }
}
