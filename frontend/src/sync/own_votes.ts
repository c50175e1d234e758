/**
 * Asks the server for the own votes, and again when that fails.
 *
 * The answer may be ahead of what is confirmed. Then it waits: own votes and the counts that contain them go together.
 */

import type { Vote } from "./actions.ts";
import { fullJitter } from "./backoff.ts";
import type { Cancel, Environment } from "./environment.ts";
import type { Moment, Reading } from "./sending.ts";

export interface OwnVotesOptions {
  environment: Environment;
  /** Null when there was no answer. */
  read: () => Promise<Reading | null>;
  /** Whether the confirmed state is this moment or a later one, or will never come to it. */
  hasCome: (at: Moment) => boolean;
  /** Items with own votes under way, of which the server may have heard or not. */
  underWay: () => readonly number[];
  /** `except`: items of which more is known here than the answer can say. */
  tell: (votes: ReadonlyMap<number, Vote>, except: ReadonlySet<number>) => void;
}

/** An answer that may be ahead of the confirmed state. */
interface Early {
  votes: ReadonlyMap<number, Vote>;
  at: Moment | null;
}

export class OwnVotes {
  readonly #options: OwnVotesOptions;
  #asked = 0;
  #failures = 0;
  #isAsking = false;
  #isDoubted = false;
  #waiting: Cancel | null = null;
  #early: Early | null = null;
  // Items whose own vote has changed while the question was on its way, and when: the answer may be older.
  #touched = new Map<number, Moment | null>();

  constructor(options: OwnVotesOptions) {
    this.#options = options;
  }

  /** What is known may be wrong: asks, unless a question is on its way, and then once more behind it. */
  doubt(): void {
    if (this.#isAsking) this.#isDoubted = true;
    else void this.refresh();
  }

  /** Asks now; what was asked before doesn't count any more. */
  async refresh(): Promise<void> {
    const { environment, read, underWay } = this.#options;
    this.#waiting?.();
    this.#isAsking = true;
    this.#isDoubted = false;
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
      if (this.#isDoubted) void this.refresh();
      return;
    }
    const wait = fullJitter(this.#failures, environment.random);
    this.#failures += 1;
    this.#waiting = environment.after(wait, () => void this.refresh());
  }

  /** The confirmed state has moved on: tells what was waiting for that. */
  caughtUp(): void {
    const { hasCome, tell, underWay } = this.#options;
    const early = this.#early;
    if (!early || (early.at && !hasCome(early.at))) return;
    this.#early = null;
    const later = [...this.#touched].filter(([, moment]) => !isContained(moment, early.at)).map(([id]) => id);
    tell(early.votes, new Set([...later, ...underWay()]));
  }

  /** The own vote on this item has changed, at that moment. */
  touch(itemId: number, at: Moment | null): void {
    this.#touched.set(itemId, at);
  }

  /** The item had been removed and is back. An answer from between doesn't name it, so that it is asked for again. */
  returned(itemId: number, at: Moment): void {
    if (!this.#isAsking) return;
    this.touch(itemId, at);
    this.#isDoubted = true;
  }

  stop(): void {
    this.#asked += 1;
    this.#early = null;
    this.#waiting?.();
  }
}

/** Whether an answer of that moment knows of what happened at this one. */
function isContained(moment: Moment | null, at: Moment | null): boolean {
  return moment !== null && at !== null && moment.epoch === at.epoch && moment.seq <= at.seq;
}

function votesIn(body: object): ReadonlyMap<number, Vote> {
  return new Map(Object.entries(body).map(([id, value]) => [Number(id), value as Vote]));
}
