import { describe, expect, test } from "vitest";
import type { Action } from "./actions.ts";
import { retryAfterMs, verdictOf, type WriteResponse } from "./response_verdict.ts";
import { add, vote } from "./testing/fixtures.ts";
import { NOON } from "./testing/simulation.ts";

function answer(status: number, body: unknown = null, more: Partial<WriteResponse> = {}): WriteResponse {
  return { status, body, epoch: null, seq: null, retryAfter: null, ...more };
}

const problem = (code: string, details = {}) => ({ error: { code, message: "No.", details } });

describe("an answer", () => {
  test.each([400, 401, 403, 404, 409, 413, 422])("of %i refuses, with its reason", (status) => {
    const verdict = verdictOf(add(), answer(status, problem("DUPLICATE_TRACK", { item_id: 12 })));
    const details = { item_id: 12 };
    expect(verdict).toEqual({ kind: "rejected", code: "DUPLICATE_TRACK", message: "No.", details });
  });

  test("can't ask to come much later", () => {
    const verdict = verdictOf(add(), answer(429, null, { retryAfter: 86_400_000 }));
    expect(verdict).toMatchObject({ kind: "later", afterMs: 300_000 });
  });

  const others: [string, Action, WriteResponse][] = [
    ["a page to sign in", add(), answer(200, null)],
    ["a page to sign in, for a removal", { kind: "remove", item: 1 }, answer(200, null)],
    ["another service's JSON", vote(1, 1), answer(200, { ok: true })],
    ["another service's 404", { kind: "stop" }, answer(404, null)],
    ["a redirection", add(), answer(302, null)],
  ];

  test.each(others)("that is %s has no verdict", (_name, action, given) => {
    expect(verdictOf(action, given)).toEqual({ kind: "unanswered" });
  });
});

test("a wait is asked for in seconds or by a date", () => {
  expect(retryAfterMs("7", NOON)).toBe(7_000);
  expect(retryAfterMs(new Date(NOON + 5_000).toUTCString(), NOON)).toBe(5_000);
  expect(retryAfterMs(new Date(NOON - 5_000).toUTCString(), NOON)).toBe(0);
  expect(retryAfterMs("soon", NOON)).toBeNull();
  expect(retryAfterMs(null, NOON)).toBeNull();
});
