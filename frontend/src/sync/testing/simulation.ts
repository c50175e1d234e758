/** Time that moves only on command, and reproducible random numbers. */

import type { Cancel } from "../environment.ts";

interface Task {
  at: number;
  order: number;
  callback: () => void;
}

export const NOON = Date.UTC(2025, 11, 4, 12);

export class Simulation {
  /** True time, in milliseconds: the server's clock. */
  now = NOON;
  readonly random: () => number;
  /** What is going on outside of time, as in a database: waited for before time moves on. */
  readonly underWay = new Set<unknown>();
  #tasks: Task[] = [];
  #order = 0;

  constructor(seed = 1) {
    this.random = generator(seed);
  }

  schedule(milliseconds: number, callback: () => void): Cancel {
    const task = { at: this.now + Math.max(0, milliseconds), order: this.#order++, callback };
    // Nearly always the latest: looked for from the end.
    let index = this.#tasks.length;
    while (index > 0 && isBefore(task, this.#tasks[index - 1] as Task)) index -= 1;
    this.#tasks.splice(index, 0, task);
    return () => {
      const at = this.#tasks.indexOf(task);
      if (at >= 0) this.#tasks.splice(at, 1);
    };
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    do {
      await turn();
    } while (this.underWay.size > 0);
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    await this.settle();
    while (this.#tasks[0] && this.#tasks[0].at <= end) await this.step();
    this.now = end;
    await this.settle();
  }

  /** The next thing that was to happen. */
  async step(): Promise<void> {
    const task = this.#tasks.shift();
    if (!task) return;
    this.now = Math.max(this.now, task.at);
    task.callback();
    await this.settle();
  }

  async until(isSo: () => boolean, patience = 10 * 60_000): Promise<void> {
    const end = this.now + patience;
    await this.settle();
    while (!isSo()) {
      if (!this.#tasks[0] || this.#tasks[0].at > end) throw new Error(`It never came to: ${isSo}`);
      await this.step();
    }
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }
}

function isBefore(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** mulberry32: small, and good enough to draw cases with. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
