/** The outbox as a value: what waits to be sent, and which tab sends. */

import type { StoredAction } from "./actions.ts";
import type { Birth } from "./ages.ts";
import type { StoredRequest } from "./requests.ts";

export type Outcome =
  | { kind: "done"; itemId: number | null; at: number }
  | {
      kind: "refused";
      code: string;
      message: string;
      details: Readonly<Record<string, unknown>>;
      /** Whether a page has been told. */
      isTold: boolean;
      at: number;
    };

export interface Entry extends StoredAction {
  /** What was sent the first time, and will be sent each time; null while the action was never sent. */
  request: StoredRequest | null;
  /** Of one made while the server's clock was not known; `madeAt` is a guess until then. */
  birth: Birth | null;
  /** Tries in a row that came to nothing. */
  failures: number;
  /** Of these, answers that told of a bug of the server. */
  breakdowns: number;
  /** Not to be sent before this moment of the browser's clock. */
  notBefore: number;
  /** Whether it was the server that asked to wait. */
  isAskedToWait: boolean;
  /** Whether it did so since too much came at once. */
  isLimited: boolean;
  /** Entries that are over stay for a while, so that other tabs see what became of them. */
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
  /** So many votes that were done have been forgotten, ever: a tab that knew of fewer has missed some. */
  votesForgotten: number;
}

export const EMPTY: OutboxState = { entries: [], lease: null, votesForgotten: 0 };

/** Gives the next state and a result. Pure, for it may be applied more than once. */
export type Change<T> = (state: OutboxState) => readonly [OutboxState, T];

/** Where the outbox is kept. Changes of all tabs happen one after the other. */
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

/** What came out of the store is made of new objects; those that say what is known already are replaced by it. */
export function recognised(known: readonly Entry[], read: readonly Entry[]): readonly Entry[] {
  const byOpId = new Map(known.map((entry) => [entry.opId, entry]));
  const same = read.map((entry) => {
    const before = byOpId.get(entry.opId);
    if (!before || before === entry) return entry;
    return JSON.stringify(before) === JSON.stringify(entry) ? before : entry;
  });
  return sameIfEqual(known, same);
}
