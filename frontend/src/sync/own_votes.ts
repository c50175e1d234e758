/** Asks the server for the own votes, and again when that fails. */

import type { Vote } from "./actions.ts";
import { fullJitter } from "./backoff.ts";
import type { Cancel, Environment } from "./environment.ts";

export interface OwnVotesOptions {
  environment: Environment;
  /** Gives the body of the answer; null when there was none. */
  read: () => Promise<unknown>;
  /** Items with own votes under way, of which the server may have heard or not. */
  underWay: () => readonly number[];
  /** `except`: items of which more is known here than the answer can say. */
  tell: (votes: ReadonlyMap<number, Vote>, except: ReadonlySet<number>) => void;
}

export class OwnVotes {
  readonly #options: OwnVotesOptions;
  #asked = 0;
  #failures = 0;
  #isAsking = false;
  #isDoubted = false;
  #waiting: Cancel | null = null;
  // Items whose own vote has changed while the question was on its way: the answer may be older than that.
  #touched = new Set<number>();

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
    const { environment, read, tell, underWay } = this.#options;
    this.#waiting?.();
    this.#isAsking = true;
    this.#isDoubted = false;
    const asked = ++this.#asked;
    this.#touched = new Set(underWay());
    const body = await read();
    if (asked !== this.#asked) return;
    this.#isAsking = false;
    if (typeof body === "object" && body !== null) {
      this.#failures = 0;
      tell(votesIn(body), new Set([...this.#touched, ...underWay()]));
      if (this.#isDoubted) void this.refresh();
      return;
    }
    const wait = fullJitter(this.#failures, environment.random);
    this.#failures += 1;
    this.#waiting = environment.after(wait, () => void this.refresh());
  }

  /** The own vote on this item has changed. */
  touch(itemId: number): void {
    this.#touched.add(itemId);
  }

  stop(): void {
    this.#asked += 1;
    this.#waiting?.();
  }
}

function votesIn(body: object): ReadonlyMap<number, Vote> {
  return new Map(Object.entries(body).map(([id, value]) => [Number(id), value as Vote]));
}
