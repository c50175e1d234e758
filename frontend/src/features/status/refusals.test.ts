import { expect, test } from "vitest";
import type { Refusal, StoredAction } from "../../sync/index.ts";
import { words } from "../../words/en.ts";
import { refusalText } from "./refusals.ts";

const stored = { title: "So What", action: { kind: "vote", item: 1, value: 1 } } as StoredAction;
const refusal = (code: string, details: Refusal["details"] = {}) => ({ code, details, stored });

test("what is about an item that has gone says so", () => {
  expect(refusalText(refusal("NOT_FOUND"), words)).toBe("So What is no longer in the queue.");
});

test("what is about a room that has gone does not blame the track", () => {
  expect(refusalText(refusal("NOT_FOUND", { room: "kitchen" }), words)).toBe("This room was deleted.");
});
