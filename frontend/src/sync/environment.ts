/** Everything that `sync` takes from its surroundings, so that a test can be the surroundings. */

import type { Storage } from "./storage.ts";

export type Cancel = () => void;

/** What a socket tells whoever opened it. */
export interface SocketListener {
  received(text: string): void;
  /** The last call; also when the socket could not be opened. */
  closed(code: number): void;
}

export interface Socket {
  /** Does nothing while the socket is not open. */
  send(text: string): void;
  close(): void;
}

export type SocketFactory = (url: string, listener: SocketListener) => Socket;

/** What tabs of one browser tell each other by; a tab doesn't hear itself. */
export interface Channel {
  send(message: unknown): void;
  close(): void;
}

export type Signal = "online" | "offline" | "visible" | "hidden";

export interface Environment {
  /** Milliseconds of this browser's clock, which people and time servers set. */
  now(): number;
  /** Milliseconds since some moment, which nobody sets; they may stand still while the machine sleeps. */
  uptime(): number;
  after(milliseconds: number, callback: () => void): Cancel;
  /** From 0 up to, not including, 1. */
  random(): number;
  randomBytes(count: number): Uint8Array;
  openSocket: SocketFactory;
  fetch(url: string, request: RequestInit): Promise<Response>;
  /** Opens what this browser keeps under a name, for all its tabs. Rejects where it keeps nothing. */
  openStorage(name: string): Promise<Storage>;
  /** Null where the browser has no such thing. */
  openChannel: ((name: string, hear: (message: unknown) => void) => Channel) | null;
  /** Before the browser draws next; where it doesn't draw, soon. */
  onNextFrame(callback: () => void): void;
  /** False when the browser itself says that there is no network. */
  isOnline(): boolean;
  onSignal(listener: (signal: Signal) => void): Cancel;
}
