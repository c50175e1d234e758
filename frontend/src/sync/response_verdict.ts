/** The meaning of a response to a write: done, rejected, or to be sent again. Pure. */

import type { Action } from "./actions.ts";

export interface WriteResponse {
  status: number;
  body: unknown;
  epoch: string | null;
  seq: number | null;
  /** Milliseconds of the server's Retry-After; null without it. */
  retryAfter: number | null;
}

export type Verdict =
  | { kind: "done"; itemId: number | null; answeredAt: { epoch: string; seq: number } | null }
  | { kind: "rejected"; code: string; message: string; details: Readonly<Record<string, unknown>> }
  /** Without a result: the connection failed, or something between client and server responded. */
  | { kind: "unanswered" }
  /** The server requests a later attempt. `isLimit`: because of a rate limit. */
  | { kind: "later"; afterMs: number; isLimit: boolean }
  /** A bug of the server, maybe a passing one. */
  | { kind: "broken"; code: string; message: string };

const DEFAULT_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
// A proxy could not reach the server: the action may have happened or not.
const GATEWAY_ERRORS = new Set([502, 504]);

export function verdictOf(action: Action, answer: WriteResponse): Verdict {
  const { status } = answer;
  const problem = errorIn(answer.body);
  if (status === 429 || status === 503) {
    const afterMs = Math.min(LONGEST_WAIT_MS, answer.retryAfter ?? DEFAULT_WAIT_MS);
    return { kind: "later", afterMs, isLimit: status === 429 };
  }
  if (GATEWAY_ERRORS.has(status)) return { kind: "unanswered" };
  if (status >= 500) return { kind: "broken", ...(problem ?? { code: "INTERNAL_ERROR", message: "" }) };
  if (status >= 400 && problem) return { kind: "rejected", ...problem };
  if (status >= 200 && status < 300 && isExpected(action, answer)) return doneVerdict(action, answer);
  // Not the server's response: the sign-in page of a hotel's network, for example.
  return { kind: "unanswered" };
}

/** By Retry-After: seconds, or a date. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const milliseconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : null;
}

function doneVerdict(action: Action, { body, epoch, seq }: WriteResponse): Verdict {
  const isNewcomer = action.kind === "add" || action.kind === "restore";
  return {
    kind: "done",
    itemId: isNewcomer ? numberIn(body, "id") : null,
    answeredAt: epoch !== null && seq !== null ? { epoch, seq } : null,
  };
}

function isExpected(action: Action, { status, body }: WriteResponse): boolean {
  if (action.kind === "remove") return status === 204;
  if (action.kind === "stop") return isRecord(body) && "status" in body;
  return numberIn(body, "id") !== null;
}

function errorIn(body: unknown) {
  const error = isRecord(body) ? body["error"] : null;
  if (!isRecord(error) || typeof error["code"] !== "string") return null;
  const details = isRecord(error["details"]) ? error["details"] : {};
  return { code: error["code"], message: String(error["message"] ?? ""), details };
}

function numberIn(body: unknown, name: string): number | null {
  const value = isRecord(body) ? body[name] : null;
  return typeof value === "number" ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
