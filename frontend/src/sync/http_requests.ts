/** Requests to the server: which server and room, a write with its key, a read. */

import type { StoredRequest } from "./actions.ts";
import type { Environment } from "./environment.ts";
import { retryAfterMs, type WriteResponse } from "./response_verdict.ts";

// After this time a request is repeated, with the same key.
const RESPONSE_TIMEOUT_MS = 20_000;

export interface ServerAccess {
  /** "" for the page's own origin. */
  apiBase: string;
  /** Set on pages of another origin than the server's; elsewhere the cookie identifies the caller. */
  guestToken: (() => string | null) | undefined;
}

/** Returns the response; null when there was none. `signal` ends the waiting. */
export async function sendWrite(
  request: StoredRequest,
  opId: string,
  server: ServerAccess,
  environment: Environment,
  signal: AbortSignal,
): Promise<WriteResponse | null> {
  const headers: Record<string, string> = { ...guestHeaders(server), "Idempotency-Key": opId };
  if (request.body !== null) headers["Content-Type"] = "application/json";
  const { method, path, body } = request;
  const response = await fetchText(path, { method, headers, body, signal }, server, environment);
  return response && writeResponse(response, environment.now());
}

/** The body, and the position in the stream that it belongs to; null without that header. */
export interface TimedBody {
  body: unknown;
  at: StreamPosition | null;
}

/** GET of JSON; null when there was no response, or another one. */
export async function readJson(
  path: string,
  server: ServerAccess,
  environment: Environment,
): Promise<TimedBody | null> {
  const received = await fetchText(path, { headers: guestHeaders(server) }, server, environment);
  if (!received?.response.ok) return null;
  const { body, epoch, seq } = writeResponse(received, environment.now());
  return { body, at: epoch !== null && seq !== null ? { epoch, seq } : null };
}

export interface StreamPosition {
  epoch: string;
  seq: number;
}

interface Received {
  response: Response;
  text: string;
}

async function fetchText(
  path: string,
  request: RequestInit,
  { apiBase, guestToken }: ServerAccess,
  environment: Environment,
): Promise<Received | null> {
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  request.signal?.addEventListener("abort", abort);
  const cancel = environment.after(RESPONSE_TIMEOUT_MS, abort);
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

function guestHeaders({ guestToken }: ServerAccess): Record<string, string> {
  const token = guestToken?.();
  return token ? { "X-Guest-Token": token } : {};
}

function writeResponse({ response, text }: Received, now: number): WriteResponse {
  const { status, headers } = response;
  const seq = headers.get("X-Stream-Seq");
  return {
    status,
    body: parsedJson(text),
    epoch: headers.get("X-Stream-Epoch"),
    seq: seq === null ? null : Number(seq),
    retryAfter: retryAfterMs(headers.get("Retry-After"), now),
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface RoomClientOptions {
  /** The room's slug. */
  room: string;
  /** "" for the page's own origin, else as in "http://localhost:4000". */
  apiBase: string;
  /** As in "ws://localhost:4000"; "" for the page's own origin. */
  socketBase: string;
  /** Set on pages of another origin than the server's; elsewhere a cookie identifies the caller. */
  guestToken?: () => string | null;
  /**
   * Called and awaited before each request: gives the caller an identity that the server will recognize. A repeat
   * counts as the same only from the same caller. If it rejects, the request is tried again later.
   */
  prepareCaller?: () => Promise<void>;
  /** A display in the room is no person: it is not counted among the people. */
  isDisplay?: boolean;
  /** What isn't given is the browser's own. */
  environment?: Partial<Environment>;
}
