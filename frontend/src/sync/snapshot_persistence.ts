/** Stores the last known state of rooms for the next visit, soon after a change and not at each one. */

import type { Vote } from "./actions.ts";
import type { Cancel, Environment } from "./environment.ts";
import type { Confirmed } from "./replica.ts";

export interface RoomSnapshot extends Confirmed {
  room: string;
  ownVotes: readonly (readonly [number, Vote])[];
  /** What the server's clock was ahead; null when that was not known. */
  clockOffset: number | null;
  savedAt: number;
}

// A queue of 1,000 items takes about half a megabyte.
export const MAX_ROOMS = 10;

export interface SnapshotStore {
  load(room: string): Promise<RoomSnapshot | null>;
  /** Deletes the rooms that were saved longest ago, if there are too many. */
  save(snapshot: RoomSnapshot): Promise<void>;
  remove(room: string): Promise<void>;
}

// A long queue takes milliseconds to write, and events may come many times a second.
const WRITE_DELAY_MS = 2_000;

export interface SnapshotWriterOptions {
  environment: Environment;
  rooms: () => Promise<SnapshotStore>;
  /** The state to store; null without one. */
  take: () => RoomSnapshot | null;
}

export class SnapshotWriter {
  readonly #options: SnapshotWriterOptions;
  #resting: Cancel | null = null;
  #isNew = false;
  // The first state is stored immediately: after an early reload there may be no network.
  #restMs = 0;

  constructor(options: SnapshotWriterOptions) {
    this.#options = options;
  }

  changed(): void {
    this.#isNew = true;
    this.#resting ??= this.#options.environment.after(this.#restMs, () => {
      this.#resting = null;
      void this.save();
    });
  }

  /** Saves now what is new. A room that can't be snapshot is only slower to appear. */
  async save(): Promise<void> {
    const snapshot = this.#isNew ? this.#options.take() : null;
    this.#isNew = false;
    this.#resting?.();
    this.#resting = null;
    if (!snapshot) return;
    this.#restMs = WRITE_DELAY_MS;
    await this.#quietly((rooms) => rooms.save(snapshot));
  }

  async load(room: string): Promise<RoomSnapshot | null> {
    return (await this.#quietly((rooms) => rooms.load(room))) ?? null;
  }

  async remove(room: string): Promise<void> {
    this.#isNew = false;
    await this.#quietly((rooms) => rooms.remove(room));
  }

  async #quietly<T>(use: (rooms: SnapshotStore) => Promise<T>): Promise<T | null> {
    try {
      return await use(await this.#options.rooms());
    } catch {
      return null;
    }
  }
}
