/** Sends a write that people repeat by hand, so that it is done once however often it is tried. */

import { ApiProblem } from "../api/http.ts";
import { browserEnvironment, newOpId } from "../sync/index.ts";

// By what the wish says: the name of one that has got no last word from the server yet.
const names = new Map<string, string>();

/**
 * `send` is given the wish's `Idempotency-Key`: the same as the last time while nobody knows what became of it, as
 * when the answer was lost. Once it was done or refused, the same wish is a new one.
 */
export async function sendOnce<Wish, Answer>(
  wish: Wish,
  send: (wish: Wish, key: string) => Promise<Answer>,
): Promise<Answer> {
  const text = JSON.stringify(wish);
  const key = names.get(text) ?? newOpId(browserEnvironment());
  names.set(text, key);
  try {
    const answer = await send(wish, key);
    names.delete(text);
    return answer;
  } catch (problem) {
    if (isLastWord(problem)) names.delete(text);
    throw problem;
  }
}

/** Whether the server has read the wish and refused it; a 429 says only that it is too early. */
function isLastWord(problem: unknown): boolean {
  return (
    problem instanceof ApiProblem && problem.status >= 400 && problem.status < 500 && problem.status !== 429
  );
}
