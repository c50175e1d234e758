import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { heightAboveKeyboard, watchOnScreenKeyboard } from "./screen.ts";

let isByFinger = true;
const visible = Object.assign(new EventTarget(), { height: 740, scale: 1 });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("visualViewport", visible);
  vi.stubGlobal("matchMedia", () => ({ matches: isByFinger }));
  [isByFinger, visible.height, visible.scale] = [true, 740, 1];
  document.body.innerHTML = "<input type=search><input type=radio><button></button>";
  for (const one of document.querySelectorAll("*")) one.scrollIntoView = () => {};
  watchOnScreenKeyboard();
});

afterEach(() => {
  document.body.replaceChildren();
  resized(740);
  vi.useRealTimers();
});

function focus(css: string): void {
  document.querySelector<HTMLElement>(css)?.focus();
}

function resized(height: number): void {
  visible.height = height;
  visible.dispatchEvent(new Event("resize"));
}

test("a keyboard under a field that takes text leaves so much", () => {
  focus("[type=search]");
  expect(heightAboveKeyboard.value).toBeNull();
  resized(430.4);
  expect(heightAboveKeyboard.value).toBe(430);
});

test("nothing moves until what was tapped has been pressed", () => {
  resized(430);
  focus("[type=search]");
  focus("button");
  vi.advanceTimersByTime(100);
  expect(heightAboveKeyboard.value).toBe(430);
  vi.advanceTimersByTime(300);
  expect(heightAboveKeyboard.value).toBeNull();
});

test("a low window alone, a choice, a mouse or two fingers that enlarge are none", () => {
  resized(430);
  expect(heightAboveKeyboard.value).toBeNull();
  focus("[type=radio]");
  expect(heightAboveKeyboard.value).toBeNull();
  isByFinger = false;
  vi.stubGlobal("matchMedia", () => ({ matches: isByFinger }));
  visible.scale = 2;
  resized(300);
  focus("[type=search]");
  expect(heightAboveKeyboard.value).toBeNull();
});
