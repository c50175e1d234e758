/** One write on its way to the server and back. */

import { type Answer, waitAskedFor } from "./answers.ts";
import type { Environment } from "./environment.ts";
import type { StoredRequest } from "./requests.ts";

// Whoever got no answer by then asks again, under the same name.
const ANSWER_MS = 20_000;

export interface Server {
  /** "" for the page's own origin. */
  apiBase: string;
  /** Given by pages of another origin than the server's; elsewhere the cookie says who asks. */
  guestToken: (() => string | null) | undefined;
}

/** Gives the answer; null when there was none. `signal` ends the waiting. */
export async function sent(
  request: StoredRequest,
  opId: string,
  server: Server,
  environment: Environment,
  signal: AbortSignal,
): Promise<Answer | null> {
  const headers: Record<string, string> = { ...guestHeaders(server), "Idempotency-Key": opId };
  if (request.body !== null) headers["Content-Type"] = "application/json";
  const { method, path, body } = request;
  const response = await answered(path, { method, headers, body, signal }, server, environment);
  return response && answerOf(response, environment.now());
}

/** What was read, and of which moment of the stream that is; null where the answer doesn't say. */
export interface Reading {
  body: unknown;
  at: Moment | null;
}

/** GET of JSON; null when there was no answer, or another one. */
export async function read(path: string, server: Server, environment: Environment): Promise<Reading | null> {
  const received = await answered(path, { headers: guestHeaders(server) }, server, environment);
  if (!received?.response.ok) return null;
  const { body, epoch, seq } = answerOf(received, environment.now());
  return { body, at: epoch !== null && seq !== null ? { epoch, seq } : null };
}

export interface Moment {
  epoch: string;
  seq: number;
}

interface Received {
  response: Response;
  text: string;
}

async function answered(
  path: string,
  request: RequestInit,
  { apiBase, guestToken }: Server,
  environment: Environment,
): Promise<Received | null> {
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  request.signal?.addEventListener("abort", abort);
  const cancel = environment.after(ANSWER_MS, abort);
  try {
    const credentials = guestToken ? "omit" : "same-origin";
    const options: RequestInit = { ...request, credentials, signal: giveUp.signal };
    const response = await environment.fetch(apiBase + path, options);
    return { response, text: await response.text() };
  } catch {
    return null;
  } finally {
    cancel();
    request.signal?.removeEventListener("abort", abort);
  }
}

function guestHeaders({ guestToken }: Server): Record<string, string> {
  const token = guestToken?.();
  return token ? { "X-Guest-Token": token } : {};
}

function answerOf({ response, text }: Received, now: number): Answer {
  const { status, headers } = response;
  const seq = headers.get("X-Stream-Seq");
  return {
    status,
    body: parsed(text),
    epoch: headers.get("X-Stream-Epoch"),
    seq: seq === null ? null : Number(seq),
    retryAfter: waitAskedFor(headers.get("Retry-After"), now),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
