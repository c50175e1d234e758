/** Having one's own list made anew, and how that goes. */

import { computed, signal } from "@preact/signals";
import { ApiProblem } from "../api/http.ts";
import { askForNewList, fetchJobStatus } from "../api/recommendations.ts";
import { account } from "./account.ts";
import { COUNT, loadRecommendations } from "./discover.ts";
import { endOfJob } from "./job_polling.ts";
import { asMyself } from "./session.ts";

export type Making =
  | { kind: "none" | "under way" | "long" | "done" | "failed" }
  | { kind: "too often"; minutes: number }
  | { kind: "problem"; problem: unknown };

export const making = signal<Making>({ kind: "none" });

const MINUTE_SECONDS = 60;

export function isMaking(): boolean {
  return making.value.kind === "under way" || making.value.kind === "long";
}

/** Shows the new list once it is there. */
export async function makeNewList(): Promise<void> {
  if (isMaking()) return;
  making.value = { kind: "under way" };
  try {
    const jobId = await asMyself(() => askForNewList(COUNT));
    const ending = await endOfJob({
      ask: () => fetchJobStatus(jobId),
      onLong: () => {
        making.value = { kind: "long" };
      },
    });
    await loadRecommendations();
    making.value = { kind: ending === "succeeded" ? "done" : "failed" };
  } catch (problem) {
    making.value = told(problem);
  }
}

// How another person's list was made is nothing to this one.
computed(() => account.value?.id).subscribe(() => {
  making.value = { kind: "none" };
});

function told(problem: unknown): Making {
  if (!(problem instanceof ApiProblem) || problem.code !== "RATE_LIMITED")
    return { kind: "problem", problem };
  return { kind: "too often", minutes: Math.max(1, Math.ceil((problem.retryAfter ?? 0) / MINUTE_SECONDS)) };
}
