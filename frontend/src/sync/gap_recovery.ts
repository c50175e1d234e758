/** Requests what the replica lacks: after a delay, because most of it is in transit, with increasing waits. */

import { type Cancel, type Environment, LONGEST_MS } from "./environment.ts";
import type { ClientMessage } from "./messages.ts";
import type { Gap } from "./replica.ts";

// A message that comes out of order is usually this little late.
export const GAP_WAIT_MS = 300;
// A response, or what a new connection sends without a request, should have begun to arrive by then.
export const RESPONSE_WAIT_MS = 3_000;

/** As much of a replica as is looked at. */
interface RecoverableReplica {
  readonly confirmed: { epoch: string; seq: number } | null;
  readonly gap: Gap;
}

export class GapRecovery {
  readonly #replica: RecoverableReplica;
  readonly #environment: Environment;
  readonly #send: (message: ClientMessage) => void;
  #waiting: Cancel | null = null;
  #asked = 0;
  #progress = "";

  constructor(replica: RecoverableReplica, environment: Environment, send: (message: ClientMessage) => void) {
    this.#replica = replica;
    this.#environment = environment;
    this.#send = send;
  }

  /** A connection is open whose URL has requested everything; its greeting follows. */
  opened(): void {
    this.closed();
    this.#asked = 1;
  }

  closed(): void {
    this.#waiting?.();
    this.#waiting = null;
    this.#asked = 0;
  }

  /** To be called after each message. */
  look(): void {
    const { confirmed, gap } = this.#replica;
    if (gap === null) {
      this.closed();
      return;
    }
    const progress = `${confirmed?.epoch}:${confirmed?.seq}:${gap}`;
    if (progress !== this.#progress) {
      // What arrives is a sign that the rest is coming too.
      this.#waiting?.();
      this.#waiting = null;
    }
    this.#progress = progress;
    this.#waiting ??= this.#environment.after(this.#patience(), () => this.#ask());
  }

  #patience(): number {
    if (this.#asked === 0) return GAP_WAIT_MS;
    return Math.min(LONGEST_MS, RESPONSE_WAIT_MS * 2 ** Math.min(this.#asked - 1, 10));
  }

  #ask(): void {
    this.#waiting = null;
    const { confirmed, gap } = this.#replica;
    if (gap === null) return;
    this.#asked += 1;
    const isFirst = this.#asked === 1;
    if (gap === "events" && isFirst && confirmed) {
      this.#send({ type: "resume", epoch: confirmed.epoch, since: confirmed.seq });
    } else {
      this.#send({ type: "snapshot" });
    }
    this.look();
  }
}
