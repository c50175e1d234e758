/** Sends a write that users may repeat, so that it is done once however often it is tried. */

import { ApiError } from "../api/http.ts";
import { browserEnvironment, newOpId } from "../sync/index.ts";

// The key by the request's content, while its result is unknown.
const keysByRequest = new Map<string, string>();

/**
 * `send` gets the `Idempotency-Key`: the same as the last time while the result is unknown, as after a lost response.
 * Once the request was done or rejected, the same content is a new request.
 */
export async function sendIdempotent<Content, Result>(
  content: Content,
  send: (content: Content, key: string) => Promise<Result>,
): Promise<Result> {
  const text = JSON.stringify(content);
  const key = keysByRequest.get(text) ?? newOpId(browserEnvironment());
  keysByRequest.set(text, key);
  try {
    const result = await send(content, key);
    keysByRequest.delete(text);
    return result;
  } catch (problem) {
    if (isFinal(problem)) keysByRequest.delete(text);
    throw problem;
  }
}

/** Whether the server has rejected the request; after a 429 it can be repeated. */
function isFinal(problem: unknown): boolean {
  return (
    problem instanceof ApiError && problem.status >= 400 && problem.status < 500 && problem.status !== 429
  );
}
