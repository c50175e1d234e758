/**
 * Loads the user's own votes, and repeats failed requests.
 *
 * The response may be ahead of the confirmed state. Then it waits: own votes change together with the counts that
 * contain them.
 */

import type { Vote } from "./actions.ts";
import { type Cancel, type Environment, fullJitter } from "./environment.ts";
import type { StreamPosition, TimedBody } from "./http_requests.ts";

export interface OwnVotesOptions {
  environment: Environment;
  /** Null when there was no response. */
  read: () => Promise<TimedBody | null>;
  /** Whether the confirmed state is this moment or a later one, or will never come to it. */
  hasCome: (at: StreamPosition) => boolean;
  /** Items with pending own votes, which the response may contain or not. */
  underWay: () => readonly number[];
  /** `except`: items whose votes are known better here than in the response. */
  update: (votes: ReadonlyMap<number, Vote>, except: ReadonlySet<number>) => void;
}

/** A response that may be ahead of the confirmed state. */
interface Early {
  votes: ReadonlyMap<number, Vote>;
  at: StreamPosition | null;
}

export class OwnVotes {
  readonly #options: OwnVotesOptions;
  #asked = 0;
  #failures = 0;
  #isAsking = false;
  #isInvalidated = false;
  #waiting: Cancel | null = null;
  #early: Early | null = null;
  // Items whose own vote has changed while the question was on its way, and when: the response may be older.
  #touched = new Map<number, StreamPosition | null>();

  constructor(options: OwnVotesOptions) {
    this.#options = options;
  }

  /** The known votes may be wrong: loads them, or once more after the pending request. */
  invalidate(): void {
    if (this.#isAsking) this.#isInvalidated = true;
    else void this.refresh();
  }

  /** Loads them now; a pending request is ignored. */
  async refresh(): Promise<void> {
    const { environment, read, underWay } = this.#options;
    this.#waiting?.();
    this.#isAsking = true;
    this.#isInvalidated = false;
    const asked = ++this.#asked;
    this.#touched = new Map(underWay().map((id) => [id, null]));
    this.#early = null;
    const reading = await read();
    if (asked !== this.#asked) return;
    this.#isAsking = false;
    if (typeof reading?.body === "object" && reading.body !== null) {
      this.#failures = 0;
      this.#early = { votes: votesIn(reading.body), at: reading.at };
      this.caughtUp();
      if (this.#isInvalidated) void this.refresh();
      return;
    }
    const wait = fullJitter(this.#failures, environment.random);
    this.#failures += 1;
    this.#waiting = environment.after(wait, () => void this.refresh());
  }

  /** The confirmed state has advanced: applies the response that waited for it. */
  caughtUp(): void {
    const { hasCome, update, underWay } = this.#options;
    const early = this.#early;
    if (!early || (early.at && !hasCome(early.at))) return;
    this.#early = null;
    const later = [...this.#touched].filter(([, moment]) => !isContained(moment, early.at)).map(([id]) => id);
    update(early.votes, new Set([...later, ...underWay()]));
  }

  /** The user's own vote on this item has changed, at that moment. */
  touch(itemId: number, at: StreamPosition | null): void {
    this.#touched.set(itemId, at);
  }

  /**
   * The item was removed and is back. A response from the time between does not contain it, so the votes are loaded
   * again.
   */
  returned(itemId: number, at: StreamPosition): void {
    if (!this.#isAsking) return;
    this.touch(itemId, at);
    this.#isInvalidated = true;
  }

  stop(): void {
    this.#asked += 1;
    this.#early = null;
    this.#waiting?.();
  }
}

/** Whether a response of that moment knows of what happened at this one. */
function isContained(moment: StreamPosition | null, at: StreamPosition | null): boolean {
  return moment !== null && at !== null && moment.epoch === at.epoch && moment.seq <= at.seq;
}

function votesIn(body: object): ReadonlyMap<number, Vote> {
  return new Map(Object.entries(body).map(([id, value]) => [Number(id), value as Vote]));
}
