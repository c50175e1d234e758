import { afterEach, beforeEach, expect, test, vi } from "vitest";

const EPOCH = "e".repeat(32);
const PATIENCE_MILLISECONDS = 2_000;

/** The server's end of the page's socket. */
class ScriptedSocket {
  static readonly OPEN = 1;
  static last: ScriptedSocket;
  readyState = 1;
  onmessage: (event: { data: string }) => void = () => {};
  onclose: (event: { code: number }) => void = () => {};

  constructor() {
    ScriptedSocket.last = this;
  }

  send(): void {}
  close(): void {}

  say(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

let asked: number;
let history: typeof import("./history.ts");
let room: typeof import("./room.ts");
let leave: () => void;

function answered(address: string): Promise<Response> {
  const isHistory = address.endsWith("/history/");
  asked += isHistory ? 1 : 0;
  return Promise.resolve(new Response(isHistory ? "[]" : "{}", { status: isHistory ? 200 : 404 }));
}

function snapshot(seq: number): object {
  return { type: "playlist.snapshot", payload: { epoch: EPOCH, seq, items: [] } };
}

function until(isSo: () => void): Promise<void> {
  return vi.waitFor(isSo, PATIENCE_MILLISECONDS);
}

beforeEach(async () => {
  asked = 0;
  vi.stubGlobal("fetch", vi.fn(answered));
  vi.stubGlobal("WebSocket", ScriptedSocket);
  vi.resetModules();
  [history, room] = [await import("./history.ts"), await import("./room.ts")];
  await room.enterRoom("kitchen");
  ScriptedSocket.last.say({
    type: "connection.established",
    message: "",
    payload: { heartbeat_seconds: 25, room: "kitchen", epoch: EPOCH, seq: 3 },
  });
  ScriptedSocket.last.say(snapshot(3));
  await until(() => expect(room.view.value.connection.kind).toBe("live"));
  leave = history.followHistory();
  await until(() => expect(history.playHistory.value.list).toEqual([]));
});

afterEach(() => {
  leave();
  vi.unstubAllGlobals();
});

test("a shown history is loaded again after a snapshot", async () => {
  expect(asked).toBe(1);

  ScriptedSocket.last.say(snapshot(40));

  await until(() => expect(asked).toBe(2));
});
