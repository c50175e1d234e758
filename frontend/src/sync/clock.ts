/** The server's clock, estimated from pongs: the one with the shortest round trip is the most exact. */

import type { LocalTime } from "./action_age.ts";
import type { Environment } from "./environment.ts";

// As many of the last pongs as are compared.
const SAMPLES = 8;
// The two clocks of a browser drift apart by much less than this between two looks, unless one was set.
const JUMP_MS = 1_000;

interface Sample {
  offset: number;
  roundTrip: number;
}

export class ServerClock {
  readonly #environment: Environment;
  #samples: Sample[] = [];
  #offset = 0;
  #drift: number;
  #isSure = false;
  /** Whether anything is known of the server's clock. */
  isKnown = false;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#drift = environment.now() - environment.uptime();
  }

  /** Milliseconds to add to this browser's clock. */
  get offset(): number {
    this.#noticeJump();
    return this.#offset;
  }

  /** The same if it was measured since this page was loaded and since this browser's clock was last set. */
  get sureOffset(): number | null {
    this.#noticeJump();
    return this.#isSure ? this.#offset : null;
  }

  now(): number {
    return this.offset + this.#environment.now();
  }

  /** What is noted of the making of an action, in the tab of that name. */
  creationTimes(owner: string): { madeAt: number; birth: LocalTime | null } {
    const { now, uptime } = this.#environment;
    const birth = this.sureOffset === null ? { owner, now: now(), uptime: uptime() } : null;
    return { madeAt: this.now(), birth };
  }

  /** Begins with what was known the last time. */
  restore(offset: number): void {
    if (!this.isKnown) this.#offset = offset;
    this.isKnown = true;
  }

  /** What goes into a ping, and comes back with its pong. */
  stamp(): number {
    return this.#environment.uptime();
  }

  pong(stamp: unknown, serverTime: string): void {
    const server = Date.parse(serverTime);
    if (typeof stamp !== "number" || Number.isNaN(server)) return;
    this.#noticeJump();
    const roundTrip = this.#environment.uptime() - stamp;
    const offset = server + roundTrip / 2 - this.#environment.now();
    this.#samples = [...this.#samples.slice(1 - SAMPLES), { offset, roundTrip }];
    const best = this.#samples.reduce((one, other) => (other.roundTrip < one.roundTrip ? other : one));
    this.#offset = best.offset;
    this.isKnown = true;
    this.#isSure = true;
  }

  /**
   * Detects that this browser's clock was set, by comparing it with `uptime`. Backwards, the offset is corrected
   * immediately. Forwards, it may also be sleep, during which `uptime` may stop: the samples are dropped until the
   * next pong, and nothing is sure.
   */
  #noticeJump(): void {
    const drift = this.#environment.now() - this.#environment.uptime();
    const jump = drift - this.#drift;
    if (Math.abs(jump) < JUMP_MS) return;
    this.#drift = drift;
    this.#samples = [];
    this.#isSure = false;
    if (jump < 0) this.#offset -= jump;
  }
}
