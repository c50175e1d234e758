/** The server's clock, told from pongs: the one that came back quickest says it best. */

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

  now(): number {
    return this.offset + this.#environment.now();
  }

  /** Begins with what was known the last time. */
  remember(offset: number): void {
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
  }

  /**
   * When this browser's clock was set, `uptime` was not. Backwards it is made up for at once. Forwards it may just as
   * well be sleep, in which `uptime` may stand still: what was measured before is dropped, the next pong tells.
   */
  #noticeJump(): void {
    const drift = this.#environment.now() - this.#environment.uptime();
    const jump = drift - this.#drift;
    if (Math.abs(jump) < JUMP_MS) return;
    this.#drift = drift;
    this.#samples = [];
    if (jump < 0) this.#offset -= jump;
  }
}
