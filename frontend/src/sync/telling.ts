/** Tells listeners of the newest view, at most once for each frame of the browser's display. */

import type { Environment } from "./environment.ts";

export class Telling<View> {
  readonly #environment: Environment;
  readonly #take: () => View;
  readonly #listeners = new Set<(view: View) => void>();
  #told: View;
  #isWaiting = false;

  constructor(environment: Environment, take: () => View) {
    this.#environment = environment;
    this.#take = take;
    this.#told = take();
  }

  add(listener: (view: View) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#environment.onNextFrame(() => {
      this.#isWaiting = false;
      const view = this.#take();
      if (view === this.#told) return;
      this.#told = view;
      callEach(this.#listeners, view);
    });
  }
}

/** A listener that throws keeps nobody else from hearing; the page learns of it as of any error. */
export function callEach<T>(listeners: Iterable<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(value);
    } catch (error) {
      void Promise.reject(error);
    }
  }
}
