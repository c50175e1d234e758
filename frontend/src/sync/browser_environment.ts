/** The surroundings that a page has. Nothing here needs https. */

import type { Cancel, Environment, Signal, SocketFactory } from "./environment.ts";
import { openStorage } from "./storage.ts";

// In a hidden tab nothing is drawn, so nothing waits for it longer than this.
const FRAME_PATIENCE_MS = 100;

export function browserEnvironment(): Environment {
  return {
    now: () => Date.now(),
    uptime: () => performance.now(),
    after,
    random: () => Math.random(),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    openSocket,
    fetch: (url, request) => fetch(url, request),
    openStorage: (name) => openStorage(databasesOrNull(), name, after),
    openChannel: typeof BroadcastChannel === "undefined" ? null : openChannel,
    onNextFrame,
    isOnline: () => globalThis.navigator?.onLine !== false,
    onSignal,
  };
}

function after(milliseconds: number, callback: () => void): Cancel {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

const openSocket: SocketFactory = (url, listener) => {
  try {
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => listener.received(String(data));
    socket.onclose = ({ code }) => listener.closed(code);
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: () => socket.close(),
    };
  } catch {
    // The page may not open it: for example, it was loaded by https and the URL is ws.
    after(0, () => listener.closed(1006));
    return { send: () => {}, close: () => {} };
  }
};

/** Where storage is forbidden, some browsers throw on the mere name. */
function databasesOrNull(): IDBFactory | null {
  try {
    return globalThis.indexedDB ?? null;
  } catch {
    return null;
  }
}

function openChannel(name: string, onMessage: (message: unknown) => void) {
  let channel: BroadcastChannel | null = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => onMessage(data);
  return {
    // A write that storage took its time for may end after its room was left; the browser throws then.
    send: (message: unknown) => channel?.postMessage(message),
    close: () => {
      channel?.close();
      channel = null;
    },
  };
}

function onNextFrame(callback: () => void): void {
  if (typeof requestAnimationFrame === "undefined") {
    setTimeout(callback, 0);
    return;
  }
  let isDone = false;
  const once = () => {
    if (!isDone) callback();
    isDone = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, FRAME_PATIENCE_MS);
}

function onSignal(listener: (signal: Signal) => void): () => void {
  if (typeof document === "undefined") return () => {};
  const online = () => listener("online");
  const offline = () => listener("offline");
  const seen = () => listener(document.visibilityState === "visible" ? "visible" : "hidden");
  addEventListener("online", online);
  addEventListener("offline", offline);
  addEventListener("pageshow", seen);
  document.addEventListener("visibilitychange", seen);
  return () => {
    removeEventListener("online", online);
    removeEventListener("offline", offline);
    removeEventListener("pageshow", seen);
    document.removeEventListener("visibilitychange", seen);
  };
}
