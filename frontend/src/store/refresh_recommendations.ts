/** Requests a new list of recommendations and waits for its job, with increasing delays. */

import { computed, signal } from "@preact/signals";
import { ApiError } from "../api/http.ts";
import { fetchJobStatus, type JobStatus, requestRefresh } from "../api/recommendations.ts";
import { account } from "./identity.ts";
import { LIST_LENGTH, loadRecommendations, recommended } from "./recommendations.ts";
import { withSession } from "./session.ts";

export type RefreshState =
  | { kind: "none" | "under way" | "long" | "done" | "same" | "failed" }
  | { kind: "too often"; minutes: number }
  | { kind: "problem"; problem: unknown };

export const refreshState = signal<RefreshState>({ kind: "none" });

const MINUTE_SECONDS = 60;

export function isRefreshing(): boolean {
  return refreshState.value.kind === "under way" || refreshState.value.kind === "long";
}

/** Shows the new list once it is there. */
export async function refreshRecommendations(): Promise<void> {
  if (isRefreshing()) return;
  refreshState.value = { kind: "under way" };
  const before = listSignature();
  try {
    const jobId = await withSession(() => requestRefresh(LIST_LENGTH));
    const ending = await waitForJob({
      ask: () => fetchJobStatus(jobId),
      onLong: () => {
        refreshState.value = { kind: "long" };
      },
    });
    await loadRecommendations();
    const isSame = listSignature() === before;
    refreshState.value = { kind: ending !== "succeeded" ? "failed" : isSame ? "same" : "done" };
  } catch (problem) {
    refreshState.value = refreshFailure(problem);
  }
}

/** Which tracks it has, in their order: a new list numbers the same ones differently. */
function listSignature(): string {
  const list = recommended.peek().answer?.recommendations ?? [];
  return JSON.stringify(list.map(({ track: { title, artist, album } }) => [title, artist, album]));
}

// How another person's list was made is nothing to this one.
computed(() => account.value?.id).subscribe(() => {
  refreshState.value = { kind: "none" };
});

function refreshFailure(problem: unknown): RefreshState {
  if (!(problem instanceof ApiError) || problem.code !== "RATE_LIMITED") return { kind: "problem", problem };
  return { kind: "too often", minutes: Math.max(1, Math.ceil((problem.retryAfter ?? 0) / MINUTE_SECONDS)) };
}

const FIRST_WAIT_MS = 300;
const GROWTH = 1.6;
const LONGEST_WAIT_MS = 10_000;
// After this time the web app shows that the job takes longer than usual.
const LONG_MS = 15_000;
// After this time the job counts as failed.
const MAX_WAIT_MS = 10 * 60_000;

interface JobWait {
  ask: () => Promise<JobStatus>;
  /** Is called once, when it takes long. */
  onLong: () => void;
  wait?: (milliseconds: number) => Promise<void>;
}

export type JobResult = "succeeded" | "failed";

/** A question without a response changes nothing: the job goes on without us. */
export async function waitForJob({ ask, onLong, wait = sleep }: JobWait): Promise<JobResult> {
  let waited = 0;
  for (let next = FIRST_WAIT_MS; waited < MAX_WAIT_MS; next = Math.min(next * GROWTH, LONGEST_WAIT_MS)) {
    const asked = await pollStatus(ask);
    if (asked.status === "succeeded" || asked.status === "failed") return asked.status;
    const milliseconds = Math.max(next, asked.waitMs);
    if (waited < LONG_MS && waited + milliseconds >= LONG_MS) onLong();
    await wait(milliseconds);
    waited += milliseconds;
  }
  return "failed";
}

async function pollStatus(ask: JobWait["ask"]): Promise<{ status: JobStatus; waitMs: number }> {
  try {
    return { status: await ask(), waitMs: 0 };
  } catch (problem) {
    const isRejected = problem instanceof ApiError && [401, 403, 404].includes(problem.status);
    if (isRejected) return { status: "failed", waitMs: 0 };
    const seconds = problem instanceof ApiError ? (problem.retryAfter ?? 0) : 0;
    return { status: "running", waitMs: seconds * 1000 };
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
