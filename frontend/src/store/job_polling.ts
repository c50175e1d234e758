/** Waits for the end of a job on the server, asking less and less often. */

import { ApiProblem } from "../api/http.ts";
import type { JobStatus } from "../api/recommendations.ts";

const FIRST_WAIT_MS = 300;
const GROWTH = 1.6;
const LONGEST_WAIT_MS = 10_000;
// Whoever waits for so long is told that it takes longer than usual.
const LONG_MS = 15_000;
// Then nobody waits for it any more.
const PATIENCE_MS = 10 * 60_000;

interface Waiting {
  ask: () => Promise<JobStatus>;
  /** Is called once, when it takes long. */
  onLong: () => void;
  wait?: (milliseconds: number) => Promise<void>;
}

export type Ending = "succeeded" | "failed";

/** A question without an answer changes nothing: the job goes on without us. */
export async function endOfJob({ ask, onLong, wait = pause }: Waiting): Promise<Ending> {
  let waited = 0;
  for (let next = FIRST_WAIT_MS; waited < PATIENCE_MS; next = Math.min(next * GROWTH, LONGEST_WAIT_MS)) {
    const asked = await statusOrWait(ask);
    if (asked.status === "succeeded" || asked.status === "failed") return asked.status;
    const milliseconds = Math.max(next, asked.waitMs);
    if (waited < LONG_MS && waited + milliseconds >= LONG_MS) onLong();
    await wait(milliseconds);
    waited += milliseconds;
  }
  return "failed";
}

async function statusOrWait(ask: Waiting["ask"]): Promise<{ status: JobStatus; waitMs: number }> {
  try {
    return { status: await ask(), waitMs: 0 };
  } catch (problem) {
    const isRefused = problem instanceof ApiProblem && [401, 403, 404].includes(problem.status);
    if (isRefused) return { status: "failed", waitMs: 0 };
    const seconds = problem instanceof ApiProblem ? (problem.retryAfter ?? 0) : 0;
    return { status: "running", waitMs: seconds * 1000 };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
