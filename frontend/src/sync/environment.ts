/** Everything that `sync` takes from its environment, so that tests can replace it, and the random delay of retries. */

import type { Storage } from "./storage.ts";

export type Cancel = () => void;

/** The events of a socket. */
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

/** A channel between the tabs of one browser; a tab does not receive its own messages. */
export interface Channel {
  send(message: unknown): void;
  close(): void;
}

export type Signal = "online" | "offline" | "visible" | "hidden";

export interface Environment {
  /** Milliseconds of this browser's clock, which people and time servers set. */
  now(): number;
  /** Milliseconds since some moment, which can't be set; they may stop while the machine sleeps. */
  uptime(): number;
  after(milliseconds: number, callback: () => void): Cancel;
  /** From 0 up to, not including, 1. */
  random(): number;
  randomBytes(count: number): Uint8Array;
  openSocket: SocketFactory;
  fetch(url: string, request: RequestInit): Promise<Response>;
  /** Opens the storage of that name, shared by all tabs. Rejects in browsers that store nothing. */
  openStorage(name: string): Promise<Storage>;
  /** Null where the browser has no such thing. */
  openChannel: ((name: string, onMessage: (message: unknown) => void) => Channel) | null;
  /** Before the browser draws next; where it doesn't draw, soon. */
  onNextFrame(callback: () => void): void;
  /** False if the browser reports that there is no network. */
  isOnline(): boolean;
  onSignal(listener: (signal: Signal) => void): Cancel;
}

const FIRST_MS = 1_000;
export const LONGEST_MS = 30_000;

/** Between 0 and a limit that doubles with each failure, determined by `random`. */
export function fullJitter(failures: number, random: () => number): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
}
