/**
 * The outbox of this browser, as one tab sees it: what is stored, with this tab's own changes that are still on their
 * way into the store.
 */

import type { Cancel, Environment } from "./environment.ts";
import { isWaiting } from "./outbox_rules.ts";
import {
  applied,
  type Change,
  EMPTY_OUTBOX,
  type Entry,
  InMemoryOutbox,
  type OutboxState,
  type OutboxStore,
  reusedEntries,
  type Updated,
  votesLeaving,
} from "./outbox_state.ts";

export interface OutboxOptions {
  /** Called when the store is first needed, and again when it breaks. Rejects where there is none. */
  open: () => Promise<OutboxStore>;
  /** The entries are others than before. */
  changed: (entries: readonly Entry[]) => void;
  /** A vote has come and gone between two looks of this tab. */
  missed: () => void;
  /** Makes other tabs read the store again. */
  notifyTabs: () => void;
}

/** Restores waiting entries that are missing, as after the browser's storage was cleared. */
function withWaiting<T>(known: readonly Entry[], change: Change<T>): Change<T> {
  return (state) => {
    const there = new Set(state.entries.map(({ opId }) => opId));
    const lost = known.filter((entry) => isWaiting(entry) && !there.has(entry.opId));
    const entries = [...state.entries, ...lost].sort((one, other) => one.number - other.number);
    return change({ ...state, entries });
  };
}

export class Outbox {
  readonly #options: OutboxOptions;
  #store: OutboxStore | null = null;
  #stored: OutboxState = EMPTY_OUTBOX;
  #unsaved: Change<unknown>[] = [];
  #shown: readonly Entry[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #isReading = false;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Those of all rooms, in order. */
  get entries(): readonly Entry[] {
    return this.#shown;
  }

  /** Shows the change immediately, and stores it behind those before it. */
  async change(change: Change<unknown>): Promise<void> {
    this.#unsaved.push(change);
    this.#show();
    await this.update(change);
  }

  /** Changes the store; what comes of it is shown when it is stored. */
  update<T>(change: Change<T>): Promise<T> {
    // What comes after closing, such as a response, is left to the next tab that sends.
    if (this.#isClosed) return new Promise(() => {});
    const done = this.#queue.then(async () => {
      const { state, result, isChanged } = await this.#updated(change);
      const known = this.#stored;
      this.#stored = { ...state, entries: reusedEntries(known.entries, state.entries) };
      this.#unsaved = this.#unsaved.filter((one) => one !== change);
      this.#show();
      const seenLeaving = votesLeaving(known.entries, state.entries);
      const forgotten = state.votesForgotten - known.votesForgotten;
      if (known !== EMPTY_OUTBOX && forgotten > seenLeaving) this.#options.missed();
      if (isChanged) this.#options.notifyTabs();
      return result;
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Looks at what other tabs have done. */
  async reread(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    await this.update((state) => {
      this.#isReading = false;
      return [state, null];
    });
  }

  /** Ends when everything is stored. */
  async close(): Promise<void> {
    await this.#queue;
    this.#isClosed = true;
    this.#store?.close();
  }

  /**
   * A store that breaks is opened again; one that breaks for good, or was never there, is replaced by one that lasts
   * as long as the page. Either gets what waits from here. It may then be sent twice, which the server notices.
   */
  async #updated<T>(change: Change<T>): Promise<Updated<T>> {
    if (this.#store) {
      try {
        return await this.#store.update(change);
      } catch {
        this.#store.close();
      }
    }
    try {
      this.#store = await this.#options.open();
      return await this.#store.update(withWaiting(this.#stored.entries, change));
    } catch {
      this.#store?.close();
      this.#store = new InMemoryOutbox(this.#stored);
      return this.#store.update(change);
    }
  }

  #show(): void {
    const before = this.#shown;
    const state = this.#unsaved.reduce((one, change) => applied(change, one).state, this.#stored);
    this.#shown = reusedEntries(before, state.entries);
    if (before !== this.#shown) this.#options.changed(this.#shown);
  }
}

// Without channels between tabs, each polls the store.
const POLL_MS = 2_000;

export interface TabChannel {
  /** Makes the others look. */
  notify(): void;
  close: Cancel;
}

export function openTabChannel(environment: Environment, name: string, look: () => void): TabChannel {
  const { openChannel, after } = environment;
  if (openChannel) {
    const channel = openChannel(name, look);
    return { notify: () => channel.send("changed"), close: () => channel.close() };
  }
  let cancel: Cancel;
  const lookLater = () => {
    cancel = after(POLL_MS, () => {
      lookLater();
      look();
    });
  };
  lookLater();
  return { notify: () => {}, close: () => cancel() };
}
