import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dismiss, hold, letGo, tell, toasts } from "./toasts.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  toasts.value = [];
  vi.useRealTimers();
});

const shown = () => toasts.value.map(({ text }) => text);

function lastId(): number {
  const id = toasts.value.at(-1)?.id;
  if (id === undefined) throw new Error("nothing is shown");
  return id;
}

test("a line goes after eight seconds", () => {
  tell("Removed So What.");
  vi.advanceTimersByTime(7999);
  expect(shown()).toEqual(["Removed So What."]);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});

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

test("one that is closed takes no other with it", () => {
  tell("one");
  tell("two");
  dismiss(lastId());
  expect(shown()).toEqual(["one"]);
  vi.advanceTimersByTime(8000);
  expect(shown()).toEqual([]);
});

test("only the newest three are shown", () => {
  for (const text of ["one", "two", "three", "four"]) tell(text);
  expect(shown()).toEqual(["two", "three", "four"]);
});
