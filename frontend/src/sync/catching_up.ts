/** Asks the server for what the replica lacks: not at once, since most of it is on its way, and never in a hurry. */

import { LONGEST_MS } from "./backoff.ts";
import type { Cancel, Environment } from "./environment.ts";
import type { Lack } from "./replica.ts";
import type { ClientFrame } from "./wire.ts";

// A frame that comes out of order is usually this little late.
export const GAP_PATIENCE_MS = 300;
// What was asked for, or what a new connection brings by itself, should have begun to arrive by then.
export const ANSWER_PATIENCE_MS = 3_000;

/** As much of a replica as is looked at. */
interface Catching {
  readonly confirmed: { epoch: string; seq: number } | null;
  readonly lack: Lack;
}

export class CatchingUp {
  readonly #replica: Catching;
  readonly #environment: Environment;
  readonly #send: (frame: ClientFrame) => void;
  #waiting: Cancel | null = null;
  #asked = 0;
  #standing = "";

  constructor(replica: Catching, environment: Environment, send: (frame: ClientFrame) => void) {
    this.#replica = replica;
    this.#environment = environment;
    this.#send = send;
  }

  /** A connection has been made, which was asked for everything by its address; its greeting follows. */
  opened(): void {
    this.closed();
    this.#asked = 1;
  }

  closed(): void {
    this.#waiting?.();
    this.#waiting = null;
    this.#asked = 0;
  }

  /** To be called after each frame. */
  look(): void {
    const { confirmed, lack } = this.#replica;
    if (lack === null) {
      this.closed();
      return;
    }
    const standing = `${confirmed?.epoch}:${confirmed?.seq}:${lack}`;
    if (standing !== this.#standing) {
      // What arrives is a sign that the rest is coming too.
      this.#waiting?.();
      this.#waiting = null;
    }
    this.#standing = standing;
    this.#waiting ??= this.#environment.after(this.#patience(), () => this.#ask());
  }

  #patience(): number {
    if (this.#asked === 0) return GAP_PATIENCE_MS;
    return Math.min(LONGEST_MS, ANSWER_PATIENCE_MS * 2 ** Math.min(this.#asked - 1, 10));
  }

  #ask(): void {
    this.#waiting = null;
    const { confirmed, lack } = this.#replica;
    if (lack === null) return;
    this.#asked += 1;
    const isFirst = this.#asked === 1;
    if (lack === "events" && isFirst && confirmed) {
      this.#send({ type: "resume", epoch: confirmed.epoch, since: confirmed.seq });
    } else {
      this.#send({ type: "snapshot" });
    }
    this.look();
  }
}
