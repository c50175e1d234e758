import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dismiss, hold, letGo, shownToasts, tell, toasts } from "./toasts.ts";

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

test("it stays while somebody is on it, and has its whole time again from then on", () => {
  tell("Removed So What.");
  vi.advanceTimersByTime(7000);
  hold(lastId());
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(["Removed So What."]);

  letGo(lastId());

  vi.advanceTimersByTime(7999);
  expect(shown()).toEqual(["Removed So What."]);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});

test("one behind those comes up when one of them is closed, and has its whole time from then on", () => {
  for (const text of ["one", "two", "three", "four", "five"]) tell(text);
  vi.advanceTimersByTime(7000);

  dismiss(lastId());
  dismiss(lastId());

  expect(shown()).toEqual(["one", "two", "three"]);
  vi.advanceTimersByTime(7999);
  expect(shown()).toEqual(["one", "two"]);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});

test("none that is out of sight comes up after its time", () => {
  for (const text of ["one", "two"]) tell(text);
  vi.advanceTimersByTime(7000);
  for (const text of ["three", "four", "five"]) tell(text);
  vi.advanceTimersByTime(1000);
  dismiss(lastId());
  expect(shown()).toEqual(["three", "four"]);
});

test("the same line again is shown once, with its whole time", () => {
  tell("This room was deleted.");
  vi.advanceTimersByTime(7000);
  tell("This room was deleted.");
  vi.advanceTimersByTime(7000);
  expect(shown()).toEqual(["This room was deleted."]);
});
