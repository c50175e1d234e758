/** The connection to the server: reconnects after each loss, and detects a dead connection that was not closed. */

import { type Cancel, type Environment, fullJitter, type Signal, type Socket } from "./environment.ts";
import { type AnyMessage, type ClientMessage, parseMessage } from "./messages.ts";
import type { ConnectionState } from "./view.ts";

export interface ConnectionListener {
  /** Where to connect to, with the moment from which on events are wanted. */
  url(): string;
  /** The socket is open and has been greeted. */
  opened(): void;
  received(message: AnyMessage): void;
  lost(): void;
  /** `connection` has changed. */
  changed(): void;
  /** What goes into a ping. */
  stamp(): number;
}

// How long a new socket may take until its first message.
const GREETING_MS = 10_000;
// Above what the server promises, for slow networks.
const MARGIN_MS = 5_000;
const PONG_MS = 5_000;
// A connection that lasted this long works: the next loss starts with the shortest delay.
const STEADY_MS = 10_000;
// A restarted server is back within seconds.
const RESTART_SPREAD_MS = 2_000;
const TOO_MANY_MS = 60_000;
const TOO_MANY_SPREAD_MS = 30_000;
// The timer detects that the machine was asleep.
const SLEEP_CHECK_MS = 5_000;
const SLEPT_MS = 5_000;
// The server's clock is requested a few times after connecting, to find a short round trip.
const CLOCK_PINGS_MS = [0, 1_000, 3_000];

const FINAL_CLOSE_CODES: Record<number, "origin-not-allowed" | "no-such-room"> = {
  4403: "origin-not-allowed",
  4404: "no-such-room",
};
const RESTART = 4012;
const TOO_MANY = 4429;

type Phase = "stopped" | "waiting" | "opening" | "greeted" | "ended";

export class Connection {
  state: ConnectionState = { kind: "connecting" };
  readonly #environment: Environment;
  readonly #listener: ConnectionListener;
  #phase: Phase = "stopped";
  #socket: Socket | null = null;
  // Sockets that were given up may still send; only the newest is listened to.
  #generation = 0;
  #failures = 0;
  #isRestart = false;
  #isForcedToWait = false;
  #heartbeatMs = 25_000;
  #waiting: Cancel | null = null;
  #watching: Cancel | null = null;
  #steadying: Cancel | null = null;
  #pings: Cancel[] = [];
  #sleepCheck: Cancel | null = null;
  #openingSince = 0;
  #retryAt = 0;

  constructor(environment: Environment, listener: ConnectionListener) {
    this.#environment = environment;
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#phase === "greeted";
  }

  start(): void {
    if (this.#phase !== "stopped") return;
    this.#checkForSleep();
    this.#open();
  }

  stop(): void {
    if (this.#phase !== "ended") this.#phase = "stopped";
    this.#closeSocket();
    this.#waiting?.();
    this.#sleepCheck?.();
  }

  send(message: ClientMessage): void {
    if (this.isOpen) this.#socket?.send(JSON.stringify(message));
  }

  /** All events have arrived: the connection is live. */
  caughtUp(): void {
    if (this.isOpen && this.state.kind !== "live") this.#show({ kind: "live" });
  }

  /** Requests the server's time, if the connection is open. */
  askTime(): void {
    this.#ping();
  }

  /** The user wants to reconnect now. */
  retryNow(): void {
    this.#isForcedToWait = false;
    this.nudge();
  }

  /** Something indicates that the connection works again, or no longer. */
  nudge(): void {
    if (this.#phase === "waiting" && !this.#isForcedToWait) this.#open();
    else if (this.#phase === "greeted") this.#probe();
    else if (this.#phase === "opening" && this.#environment.uptime() - this.#openingSince > PONG_MS) {
      this.#drop();
      this.#open();
    }
  }

  /** Reconnects: the server determines the user of a connection when it is opened. */
  renew(): void {
    if (this.#phase !== "greeted" && this.#phase !== "opening") return;
    this.#drop();
    this.#open();
  }

  signal(signal: Signal): void {
    if (this.#phase === "stopped" || this.#phase === "ended") return;
    if (signal === "offline" && this.#phase !== "waiting") this.#giveUp();
    if (signal === "offline" || signal === "online") this.#showWaiting();
    if (signal === "online" || signal === "visible") this.nudge();
  }

  #open(): void {
    this.#waiting?.();
    this.#phase = "opening";
    this.#openingSince = this.#environment.uptime();
    if (!this.#environment.isOnline()) this.#show({ kind: "offline" });
    else if (this.#failures === 0 || this.state.kind === "offline") this.#show({ kind: "connecting" });
    const generation = ++this.#generation;
    const isCurrent = () => generation === this.#generation;
    this.#watch(GREETING_MS, () => this.#giveUp());
    this.#socket = this.#environment.openSocket(this.#listener.url(), {
      received: (text) => {
        if (isCurrent()) this.#receive(text);
      },
      closed: (code) => {
        if (isCurrent()) this.#closed(code);
      },
    });
  }

  #receive(text: string): void {
    const message = parseMessage(text);
    if (message === null) return;
    if (message.type === "connection.established") this.#greeted(message.payload.heartbeat_seconds);
    if (this.#phase !== "greeted") return;
    this.#watchForSilence();
    this.#listener.received(message);
  }

  #greeted(heartbeatSeconds: number): void {
    if (this.#phase === "greeted") return;
    this.#phase = "greeted";
    this.#heartbeatMs = heartbeatSeconds * 1000;
    this.#steadying = this.#environment.after(STEADY_MS, () => {
      this.#failures = 0;
    });
    this.#pings = CLOCK_PINGS_MS.map((delay) => this.#environment.after(delay, () => this.#ping()));
    this.#listener.opened();
  }

  #ping(): void {
    // The generated type is an object, the contract allows any value.
    this.send({ type: "ping", ts: this.#listener.stamp() } as unknown as ClientMessage);
  }

  #watchForSilence(): void {
    this.#watch(this.#heartbeatMs + MARGIN_MS, () => this.#probe());
  }

  #probe(): void {
    this.#ping();
    this.#watch(PONG_MS, () => this.#giveUp());
  }

  #watch(milliseconds: number, then: () => void): void {
    this.#watching?.();
    this.#watching = this.#environment.after(milliseconds, then);
  }

  #giveUp(): void {
    this.#drop();
    this.#retryLater();
  }

  #closed(code: number): void {
    this.#socket = null;
    this.#drop();
    const reason = FINAL_CLOSE_CODES[code];
    if (reason) {
      this.#phase = "ended";
      this.#sleepCheck?.();
      this.#show({ kind: "ended", reason });
      return;
    }
    const { random } = this.#environment;
    if (code === RESTART) {
      this.#isRestart = true;
      this.#retryIn(random() * RESTART_SPREAD_MS);
    } else if (code === TOO_MANY) {
      this.#isForcedToWait = true;
      this.#retryIn(TOO_MANY_MS + random() * TOO_MANY_SPREAD_MS);
    } else this.#retryLater();
  }

  /** Drops the socket; further messages of it are ignored. */
  #drop(): void {
    const wasGreeted = this.#phase === "greeted";
    this.#closeSocket();
    this.#phase = "waiting";
    if (wasGreeted) this.#listener.lost();
  }

  #closeSocket(): void {
    this.#generation += 1;
    this.#socket?.close();
    this.#socket = null;
    this.#watching?.();
    this.#steadying?.();
    for (const cancel of this.#pings) cancel();
  }

  #retryLater(): void {
    this.#retryIn(fullJitter(this.#failures, this.#environment.random));
  }

  #retryIn(delay: number): void {
    this.#failures += 1;
    this.#waiting?.();
    this.#waiting = this.#environment.after(delay, () => {
      this.#isForcedToWait = false;
      this.#open();
    });
    this.#retryAt = this.#environment.now() + delay;
    this.#showWaiting();
  }

  /** What is shown while there is no line. A browser that thinks it is offline may be wrong: tries go on. */
  #showWaiting(): void {
    if (this.#phase !== "waiting") return;
    if (!this.#environment.isOnline()) this.#show({ kind: "offline" });
    else this.#show({ kind: "reconnecting", retryAt: this.#retryAt, isRestart: this.#isRestart });
  }

  /** A timer that fires much too late means that nothing ran in between: the connection may be dead. */
  #checkForSleep(): void {
    const expected = this.#environment.now() + SLEEP_CHECK_MS;
    this.#sleepCheck = this.#environment.after(SLEEP_CHECK_MS, () => {
      this.#checkForSleep();
      if (Math.abs(this.#environment.now() - expected) > SLEPT_MS) this.nudge();
    });
  }

  #show(state: ConnectionState): void {
    if (state.kind === "live") this.#isRestart = false;
    if (state.kind === this.state.kind && state.kind !== "reconnecting") return;
    this.state = state;
    this.#listener.changed();
  }
}
