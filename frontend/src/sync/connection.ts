/** The line to the server: comes back whenever it is lost, and notices when it is dead without having been closed. */

import { fullJitter } from "./backoff.ts";
import type { Cancel, Environment, Signal, Socket } from "./environment.ts";
import { frameOf } from "./frames.ts";
import type { Connection as Shown } from "./view.ts";
import type { AnyFrame, ClientFrame } from "./wire.ts";

export interface LineListener {
  /** Where to connect to, with the moment from which on events are wanted. */
  url(): string;
  /** The socket is open and has been greeted. */
  opened(): void;
  received(frame: AnyFrame): void;
  lost(): void;
  /** `connection` has changed. */
  changed(): void;
  /** What goes into a ping. */
  stamp(): number;
}

// How long a new socket may take until its first frame.
const GREETING_MS = 10_000;
// Above what the server promises, for slow networks.
const MARGIN_MS = 5_000;
const PONG_MS = 5_000;
// A line that held for so long has shown that it works: the next loss starts counting anew.
const STEADY_MS = 10_000;
// A restarted server is back within seconds.
const RESTART_SPREAD_MS = 2_000;
const TOO_MANY_MS = 60_000;
const TOO_MANY_SPREAD_MS = 30_000;
// The pulse finds out that the machine was asleep.
const PULSE_MS = 5_000;
const SLEPT_MS = 5_000;
// The server's clock is asked a few times after connecting, to find one quick way there and back.
const CLOCK_PINGS_MS = [0, 1_000, 3_000];

const ENDS: Record<number, "origin-not-allowed" | "no-such-room"> = {
  4403: "origin-not-allowed",
  4404: "no-such-room",
};
const RESTART = 4012;
const TOO_MANY = 4429;

type State = "stopped" | "waiting" | "opening" | "greeted" | "ended";

export class Line {
  connection: Shown = { kind: "connecting" };
  readonly #environment: Environment;
  readonly #listener: LineListener;
  #state: State = "stopped";
  #socket: Socket | null = null;
  // Sockets that were given up may still speak; only the newest is listened to.
  #generation = 0;
  #failures = 0;
  #isRestart = false;
  #isForcedToWait = false;
  #heartbeatMs = 25_000;
  #waiting: Cancel | null = null;
  #watching: Cancel | null = null;
  #steadying: Cancel | null = null;
  #pings: Cancel[] = [];
  #pulse: Cancel | null = null;
  #openingSince = 0;
  #retryAt = 0;

  constructor(environment: Environment, listener: LineListener) {
    this.#environment = environment;
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#state === "greeted";
  }

  start(): void {
    if (this.#state !== "stopped") return;
    this.#beat();
    this.#open();
  }

  stop(): void {
    if (this.#state !== "ended") this.#state = "stopped";
    this.#hangUp();
    this.#waiting?.();
    this.#pulse?.();
  }

  send(frame: ClientFrame): void {
    if (this.isOpen) this.#socket?.send(JSON.stringify(frame));
  }

  /** Every event is here: the line is live from now on. */
  caughtUp(): void {
    if (this.isOpen && this.connection.kind !== "live") this.#show({ kind: "live" });
  }

  /** Has the server say what time it is, if the line is open. */
  askTime(): void {
    this.#ping();
  }

  /** Somebody wants it now. */
  retryNow(): void {
    this.#isForcedToWait = false;
    this.nudge();
  }

  /** Something suggests that the line works again, or that it doesn't any more. */
  nudge(): void {
    if (this.#state === "waiting" && !this.#isForcedToWait) this.#open();
    else if (this.#state === "greeted") this.#probe();
    else if (this.#state === "opening" && this.#environment.uptime() - this.#openingSince > PONG_MS) {
      this.#lose();
      this.#open();
    }
  }

  /** Opens the line anew: whose it is, the server sees when it is opened. */
  renew(): void {
    if (this.#state !== "greeted" && this.#state !== "opening") return;
    this.#lose();
    this.#open();
  }

  signal(signal: Signal): void {
    if (this.#state === "stopped" || this.#state === "ended") return;
    if (signal === "offline" && this.#state !== "waiting") this.#giveUp();
    if (signal === "offline" || signal === "online") this.#showWaiting();
    if (signal === "online" || signal === "visible") this.nudge();
  }

  #open(): void {
    this.#waiting?.();
    this.#state = "opening";
    this.#openingSince = this.#environment.uptime();
    if (!this.#environment.isOnline()) this.#show({ kind: "offline" });
    else if (this.#failures === 0 || this.connection.kind === "offline") this.#show({ kind: "connecting" });
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
    const frame = frameOf(text);
    if (frame === null) return;
    if (frame.type === "connection.established") this.#greeted(frame.payload.heartbeat_seconds);
    if (this.#state !== "greeted") return;
    this.#watchForSilence();
    this.#listener.received(frame);
  }

  #greeted(heartbeatSeconds: number): void {
    if (this.#state === "greeted") return;
    this.#state = "greeted";
    this.#heartbeatMs = heartbeatSeconds * 1000;
    this.#steadying = this.#environment.after(STEADY_MS, () => {
      this.#failures = 0;
    });
    this.#pings = CLOCK_PINGS_MS.map((delay) => this.#environment.after(delay, () => this.#ping()));
    this.#listener.opened();
  }

  #ping(): void {
    // The generated type says an object, the contract says anything.
    this.send({ type: "ping", ts: this.#listener.stamp() } as unknown as ClientFrame);
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
    this.#lose();
    this.#retryLater();
  }

  #closed(code: number): void {
    this.#socket = null;
    this.#lose();
    const reason = ENDS[code];
    if (reason) {
      this.#state = "ended";
      this.#pulse?.();
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

  /** Forgets the socket; what it still says is not heard. */
  #lose(): void {
    const wasGreeted = this.#state === "greeted";
    this.#hangUp();
    this.#state = "waiting";
    if (wasGreeted) this.#listener.lost();
  }

  #hangUp(): void {
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
    if (this.#state !== "waiting") return;
    if (!this.#environment.isOnline()) this.#show({ kind: "offline" });
    else this.#show({ kind: "reconnecting", retryAt: this.#retryAt, isRestart: this.#isRestart });
  }

  /** A timer that comes much too late means that nothing ran meanwhile: the line may be long dead. */
  #beat(): void {
    const expected = this.#environment.now() + PULSE_MS;
    this.#pulse = this.#environment.after(PULSE_MS, () => {
      this.#beat();
      if (Math.abs(this.#environment.now() - expected) > SLEPT_MS) this.nudge();
    });
  }

  #show(connection: Shown): void {
    if (connection.kind === "live") this.#isRestart = false;
    if (connection.kind === this.connection.kind && connection.kind !== "reconnecting") return;
    this.connection = connection;
    this.#listener.changed();
  }
}
