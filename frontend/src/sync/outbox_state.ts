/** The outbox as a value: what waits to be sent and which tab sends; and a store of it in memory. */

import type { LocalTime } from "./action_age.ts";
import type { StoredAction, StoredRequest } from "./actions.ts";

export type Outcome =
  | { kind: "done"; itemId: number | null; at: number }
  | {
      kind: "rejected";
      code: string;
      message: string;
      details: Readonly<Record<string, unknown>>;
      /** Whether it was reported to the user. */
      isReported: boolean;
      at: number;
    };

export interface Entry extends StoredAction {
  /** What was sent the first time, and will be sent each time; null while the action was never sent. */
  request: StoredRequest | null;
  /** Of one made while the server's clock was not known; `madeAt` is a guess until then. */
  birth: LocalTime | null;
  /** Tries in a row that came to nothing. */
  failures: number;
  /** Of these, responses with a server error. */
  breakdowns: number;
  /** Not to be sent before this moment of the browser's clock. */
  notBefore: number;
  /** Whether the server has requested the wait. */
  isAskedToWait: boolean;
  /** Whether that was because of a rate limit. */
  isLimited: boolean;
  /** Entries that are over stay for a while, so that other tabs see their results. */
  outcome: Outcome | null;
}

/** The tab that may send, and until when, by the browser's clock. */
export interface Lease {
  owner: string;
  until: number;
}

export interface OutboxState {
  /** In the order of sending. */
  entries: readonly Entry[];
  lease: Lease | null;
  /** The number of completed votes that were deleted so far: a tab that knows of fewer has missed some. */
  votesForgotten: number;
}

export const EMPTY_OUTBOX: OutboxState = { entries: [], lease: null, votesForgotten: 0 };

/** Returns the next state and a result. Pure, for it may be applied more than once. */
export type Change<T> = (state: OutboxState) => readonly [OutboxState, T];

/** The store of the outbox. Changes of all tabs are serialized. */
export interface OutboxStore {
  update<T>(change: Change<T>): Promise<Updated<T>>;
  close(): void;
}

export interface Updated<T> {
  state: OutboxState;
  result: T;
  /** Whether the entries are others than before. */
  isChanged: boolean;
}

/** Applies the change; entries that didn't change stay the same objects, and if none did, the same array. */
export function applied<T>(change: Change<T>, before: OutboxState): Updated<T> {
  const [after, result] = change(before);
  const entries = sameIfEqual(before.entries, after.entries);
  const votesForgotten = before.votesForgotten + votesLeaving(before.entries, entries);
  return { state: { ...after, entries, votesForgotten }, result, isChanged: entries !== before.entries };
}

/** How many votes that were done are not there any more. */
export function votesLeaving(before: readonly Entry[], after: readonly Entry[]): number {
  const left = new Set(after.map(({ opId }) => opId));
  const done = before.filter(({ action, outcome }) => action.kind === "vote" && outcome?.kind === "done");
  return done.filter(({ opId }) => !left.has(opId)).length;
}

function sameIfEqual<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const isEqual = before.length === after.length && before.every((one, index) => one === after[index]);
  return isEqual ? before : after;
}

/** Entries read from the store are new objects; those that equal known ones are replaced by them. */
export function reusedEntries(known: readonly Entry[], read: readonly Entry[]): readonly Entry[] {
  const byOpId = new Map(known.map((entry) => [entry.opId, entry]));
  const same = read.map((entry) => {
    const before = byOpId.get(entry.opId);
    if (!before || before === entry) return entry;
    return JSON.stringify(before) === JSON.stringify(entry) ? before : entry;
  });
  return sameIfEqual(known, same);
}

export class InMemoryOutbox implements OutboxStore {
  #state: OutboxState;

  constructor(state: OutboxState = EMPTY_OUTBOX) {
    this.#state = state;
  }

  async update<T>(change: Change<T>): Promise<Updated<T>> {
    const updated = applied(change, this.#state);
    this.#state = updated.state;
    return updated;
  }

  close(): void {}
}
