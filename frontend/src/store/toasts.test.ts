import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  countAddition,
  dismissToast,
  pauseToast,
  recentAdditions,
  resumeToast,
  shownToasts,
  showToast,
  toasts,
} from "./toasts.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  toasts.value = [];
  vi.useRealTimers();
});

const shown = () => shownToasts.value.map(({ text }) => text);

function lastId(): number {
  const id = toasts.value.at(-1)?.id;
  if (id === undefined) throw new Error("nothing is shown");
  return id;
}

test("what others add is one note for each name, which counts on while it is shown", () => {
  countAddition("Bo");
  vi.advanceTimersByTime(4999);
  countAddition("Bo");
  countAddition("Cem");
  vi.advanceTimersByTime(4999);
  expect([...recentAdditions.value]).toEqual([
    ["Bo", 2],
    ["Cem", 1],
  ]);

  vi.advanceTimersByTime(1);

  expect(recentAdditions.value.size).toBe(0);
  expect(shown()).toEqual([]);
});

test("it stays while the pointer is on it, and has its whole time again from then on", () => {
  showToast("Removed So What.");
  vi.advanceTimersByTime(7000);
  pauseToast(lastId());
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(["Removed So What."]);

  resumeToast(lastId());

  vi.advanceTimersByTime(7999);
  expect(shown()).toEqual(["Removed So What."]);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});

test("one behind those comes up when one of them is closed, and has its whole time from then on", () => {
  for (const text of ["one", "two", "three", "four", "five"]) showToast(text);
  vi.advanceTimersByTime(7000);

  dismissToast(lastId());
  dismissToast(lastId());

  expect(shown()).toEqual(["one", "two", "three"]);
  vi.advanceTimersByTime(7999);
  expect(shown()).toEqual(["one", "two"]);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});

test("none that is out of sight comes up after its time", () => {
  for (const text of ["one", "two"]) showToast(text);
  vi.advanceTimersByTime(7000);
  for (const text of ["three", "four", "five"]) showToast(text);
  vi.advanceTimersByTime(1000);
  dismissToast(lastId());
  expect(shown()).toEqual(["three", "four"]);
});

test("the same line again is shown once, with its whole time", () => {
  showToast("This room was deleted.");
  vi.advanceTimersByTime(7000);
  showToast("This room was deleted.");
  vi.advanceTimersByTime(7000);
  expect(shown()).toEqual(["This room was deleted."]);
});
