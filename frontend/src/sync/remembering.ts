/** Keeps the last known state of a room for the next visit: not at every change, but soon after. */

import type { Cancel, Environment } from "./environment.ts";
import type { Remembered, RoomMemory } from "./room_memory.ts";

// A long queue takes milliseconds to write, and events may come many times a second.
const REST_MS = 2_000;

export interface RememberingOptions {
  environment: Environment;
  rooms: () => Promise<RoomMemory>;
  /** What there is to remember; null when there is nothing. */
  take: () => Remembered | null;
}

export class Remembering {
  readonly #options: RememberingOptions;
  #resting: Cancel | null = null;
  #isNew = false;
  // What is known first is worth having at once: whoever reloads a moment later may have no network.
  #restMs = 0;

  constructor(options: RememberingOptions) {
    this.#options = options;
  }

  changed(): void {
    this.#isNew = true;
    this.#resting ??= this.#options.environment.after(this.#restMs, () => {
      this.#resting = null;
      void this.save();
    });
  }

  /** Saves now what is new. A room that can't be remembered is only slower to appear. */
  async save(): Promise<void> {
    const remembered = this.#isNew ? this.#options.take() : null;
    this.#isNew = false;
    this.#resting?.();
    this.#resting = null;
    if (!remembered) return;
    this.#restMs = REST_MS;
    await this.#quietly((rooms) => rooms.save(remembered));
  }

  async load(room: string): Promise<Remembered | null> {
    return (await this.#quietly((rooms) => rooms.load(room))) ?? null;
  }

  async forget(room: string): Promise<void> {
    this.#isNew = false;
    await this.#quietly((rooms) => rooms.forget(room));
  }

  async #quietly<T>(use: (rooms: RoomMemory) => Promise<T>): Promise<T | null> {
    try {
      return await use(await this.#options.rooms());
    } catch {
      return null;
    }
  }
}
