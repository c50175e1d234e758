import { describe, expect, test } from "vitest";
import type { Action } from "./actions.ts";
import { type Answer, verdictOf, waitAskedFor } from "./answers.ts";
import { add, play, vote } from "./testing/entries.ts";
import { NOON } from "./testing/world.ts";

function answer(status: number, body: unknown = null, more: Partial<Answer> = {}): Answer {
  return { status, body, epoch: null, seq: null, retryAfter: null, ...more };
}

const problem = (code: string, details = {}) => ({ error: { code, message: "No.", details } });

describe("an answer", () => {
  test("that has done it says where the state contains it", () => {
    const verdict = verdictOf(add(), answer(201, { id: 12 }, { epoch: "e1", seq: 7 }));
    expect(verdict).toEqual({ kind: "done", itemId: 12, answeredAt: { epoch: "e1", seq: 7 } });
  });

  test("without a moment has done it all the same", () => {
    expect(verdictOf(play(3), answer(200, { id: 3 }))).toEqual({
      kind: "done",
      itemId: null,
      answeredAt: null,
    });
  });

  test.each([400, 401, 403, 404, 409, 413, 422])("of %i refuses, with its reason", (status) => {
    const verdict = verdictOf(add(), answer(status, problem("DUPLICATE_TRACK", { item_id: 12 })));
    const details = { item_id: 12 };
    expect(verdict).toEqual({ kind: "refused", code: "DUPLICATE_TRACK", message: "No.", details });
  });

  test.each([429, 503])("of %i asks to come later", (status) => {
    const body = problem("RATE_LIMITED");
    expect(verdictOf(add(), answer(status, body, { retryAfter: 9_000 }))).toEqual({
      kind: "later",
      afterMs: 9_000,
      isLimit: status === 429,
    });
    expect(verdictOf(add(), answer(status, body))).toMatchObject({ kind: "later" });
  });

  test("can't ask to come much later", () => {
    const verdict = verdictOf(add(), answer(429, null, { retryAfter: 86_400_000 }));
    expect(verdict).toMatchObject({ kind: "later", afterMs: 300_000 });
  });

  test.each([502, 504])("of %i says nothing: it comes from the way", (status) => {
    expect(verdictOf(add(), answer(status, "Bad gateway"))).toEqual({ kind: "unanswered" });
  });

  test.each([500, 501, 507])("of %i tells of a bug", (status) => {
    expect(verdictOf(add(), answer(status, problem("INTERNAL_ERROR")))).toMatchObject({ kind: "broken" });
  });

  const others: [string, Action, Answer][] = [
    ["a page to sign in", add(), answer(200, null)],
    ["a page to sign in, for a removal", { kind: "remove", item: 1 }, answer(200, null)],
    ["somebody else's JSON", vote(1, 1), answer(200, { ok: true })],
    ["somebody else's 404", { kind: "stop" }, answer(404, null)],
    ["a redirection", add(), answer(302, null)],
  ];

  test.each(others)("that is %s says nothing", (_name, action, given) => {
    expect(verdictOf(action, given)).toEqual({ kind: "unanswered" });
  });

  test("is looked at as its action needs", () => {
    expect(verdictOf({ kind: "remove", item: 1 }, answer(204))).toMatchObject({ kind: "done" });
    expect(verdictOf({ kind: "stop" }, answer(200, { status: "stopped" }))).toMatchObject({ kind: "done" });
    expect(verdictOf({ kind: "restore", item: 4 }, answer(200, { id: 4 }))).toMatchObject({ itemId: 4 });
  });
});

test("a wait is asked for in seconds or by a date", () => {
  expect(waitAskedFor("7", NOON)).toBe(7_000);
  expect(waitAskedFor(new Date(NOON + 5_000).toUTCString(), NOON)).toBe(5_000);
  expect(waitAskedFor(new Date(NOON - 5_000).toUTCString(), NOON)).toBe(0);
  expect(waitAskedFor("soon", NOON)).toBeNull();
  expect(waitAskedFor(null, NOON)).toBeNull();
});
