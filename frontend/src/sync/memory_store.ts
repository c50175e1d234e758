/** An outbox that lasts as long as its page: where the browser keeps nothing. */

import {
  applied,
  type Change,
  EMPTY,
  type OutboxState,
  type OutboxStore,
  type Updated,
} from "./outbox_state.ts";

export class MemoryStore implements OutboxStore {
  #state: OutboxState;

  constructor(state: OutboxState = EMPTY) {
    this.#state = state;
  }

  async update<T>(change: Change<T>): Promise<Updated<T>> {
    const updated = applied(change, this.#state);
    this.#state = updated.state;
    return updated;
  }

  close(): void {}
}
