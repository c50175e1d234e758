import { afterEach, expect, test, vi } from "vitest";
import { newOpId } from "./actions.ts";
import { browserEnvironment } from "./browser_environment.ts";
import type { Signal } from "./environment.ts";

// @vitest-environment happy-dom

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a page hears of the network and of being looked at, until it doesn't want to", () => {
  const heard: Signal[] = [];
  const forget = browserEnvironment().onSignal((signal) => heard.push(signal));
  for (const name of ["online", "offline", "pageshow"]) dispatchEvent(new Event(name));
  document.dispatchEvent(new Event("visibilitychange"));
  forget();
  dispatchEvent(new Event("online"));
  expect(heard).toEqual(["online", "offline", "visible", "visible"]);
});

test("a hidden page, which is never drawn, waits only a moment for the next frame", () => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", () => 0);
  let drawn = 0;
  browserEnvironment().onNextFrame(() => {
    drawn += 1;
  });
  vi.advanceTimersByTime(100);
  expect(drawn).toBe(1);
});

test("a frame is reported once", () => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => setTimeout(callback, 16));
  let drawn = 0;
  browserEnvironment().onNextFrame(() => {
    drawn += 1;
  });
  vi.advanceTimersByTime(1_000);
  expect(drawn).toBe(1);
});

test("a socket that the browser forbids is one that closes", async () => {
  vi.stubGlobal("WebSocket", function forbidden() {
    throw new DOMException("mixed content", "SecurityError");
  });
  const code = await new Promise((closed) => {
    const socket = browserEnvironment().openSocket("ws://server/", { received: () => {}, closed });
    socket.send("nothing");
  });
  expect(code).toBe(1006);
});

test("storage that is forbidden by its mere name is none", async () => {
  const names = Object.getOwnPropertyDescriptor(globalThis, "indexedDB");
  Object.defineProperty(globalThis, "indexedDB", {
    configurable: true,
    get: () => {
      throw new DOMException("no", "SecurityError");
    },
  });
  await expect(browserEnvironment().openStorage("tutti")).rejects.toThrow();
  if (names) Object.defineProperty(globalThis, "indexedDB", names);
  else Reflect.deleteProperty(globalThis, "indexedDB");
});

test("op ids are made of what a browser has over plain http", () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const ids = new Set(Array.from({ length: 100 }, () => newOpId(browserEnvironment())));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test("a channel that was closed sends nothing, and does not throw", async () => {
  const { openChannel } = browserEnvironment();
  const heard: unknown[] = [];
  const opened = openChannel?.("tutti", () => {});
  const other = openChannel?.("tutti", (message) => heard.push(message));
  opened?.send("before");
  await vi.waitFor(() => expect(heard).toEqual(["before"]));
  opened?.close();
  expect(() => opened?.send("after")).not.toThrow();
  opened?.close();
  other?.close();
  expect(heard).toEqual(["before"]);
});
