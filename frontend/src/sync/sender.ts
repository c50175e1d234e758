/** Sends what waits in the outbox, while this tab is the one that may. */

import type { ServerClock } from "./clock.ts";
import type { Cancel, Environment } from "./environment.ts";
import type { Outbox } from "./outbox.ts";
import { completed } from "./outbox_rules.ts";
import type { Entry } from "./outbox_state.ts";
import { type Verdict, verdictOf, type WriteResponse } from "./response_verdict.ts";
import { acquire, LEASE_MS, reacquire, release, renew } from "./tab_lease.ts";

// Timers are no more exact than this, and two tabs shouldn't wake in the same moment.
const SPREAD_MS = 200;

export interface SenderOptions {
  environment: Environment;
  clock: ServerClock;
  outbox: Outbox;
  /** A name of this tab alone. */
  owner: string;
  /** Returns null when there was no response. */
  send: (entry: Entry, signal: AbortSignal) => Promise<WriteResponse | null>;
  /** Requests the server's clock, if that is possible now. */
  askTime: () => void;
  /** To be waited for before each sending; rejects when nothing can be sent now. */
  prepare: (() => Promise<void>) | undefined;
}

export class Sender {
  readonly #options: SenderOptions;
  readonly #busyRooms = new Set<string>();
  readonly #abort = new AbortController();
  #isClaiming = false;
  #isWanted = false;
  #isHurried = false;
  #isStopped = false;
  #waking: Cancel | null = null;
  #renewing: Cancel | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Sends what can be sent. `isHurried`: there is reason to think that it works again. */
  async pump(isHurried = false): Promise<void> {
    this.#isWanted = true;
    this.#isHurried ||= isHurried;
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    try {
      while (this.#isWanted && !this.#isStopped) await this.#claim();
    } finally {
      this.#isClaiming = false;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waking?.();
    this.#renewing?.();
    this.#abort.abort();
    await this.#options.outbox.update(release(this.#options.owner));
  }

  async #claim(): Promise<void> {
    this.#isWanted = false;
    const { environment, clock, outbox, owner, askTime } = this.#options;
    if (outbox.entries.length === 0) {
      // Where nothing waits there is nothing to hurry; what is added later waits as it should.
      this.#isHurried = false;
      return;
    }
    const isHurried = this.#isHurried;
    // While a response is pending, this applies to the attempt after it, too.
    if (this.#busyRooms.size === 0) this.#isHurried = false;
    const { toSend, waitMs, needsServerTime } = await outbox.update((state) =>
      acquire({
        owner,
        serverOffset: clock.sureOffset,
        now: environment.now(),
        uptime: environment.uptime(),
        busyRooms: this.#busyRooms,
        isHurried,
      })(state),
    );
    if (this.#isStopped) return;
    if (needsServerTime) {
      this.#isHurried ||= isHurried;
      askTime();
    }
    for (const entry of toSend) void this.#deliver(entry);
    if (waitMs !== null) this.#wakeIn(waitMs);
  }

  #wakeIn(milliseconds: number): void {
    const { environment } = this.#options;
    this.#waking?.();
    this.#waking = environment.after(
      Math.max(0, milliseconds) + environment.random() * SPREAD_MS,
      () => void this.pump(),
    );
  }

  async #deliver(entry: Entry): Promise<void> {
    this.#busyRooms.add(entry.room);
    this.#keepLease();
    const verdict = await this.#verdictOn(entry);
    if (verdict) {
      const { environment, outbox } = this.#options;
      const random = environment.random();
      await outbox.update((state) =>
        completed(entry.opId, verdict, { now: environment.now(), random })(state),
      );
    }
    this.#busyRooms.delete(entry.room);
    await this.pump();
  }

  /** Null if the action is no longer this tab's. */
  async #verdictOn(entry: Entry): Promise<Verdict | null> {
    const { environment, outbox, owner, prepare, send } = this.#options;
    const began = environment.uptime();
    try {
      await prepare?.();
    } catch {
      return { kind: "unanswered" };
    }
    if (environment.uptime() - began > LEASE_MS / 2) {
      const tab = { owner, now: environment.now() };
      if (!(await outbox.update(reacquire(entry.opId, tab)))) return null;
    }
    const answer = await send(entry, this.#abort.signal);
    if (answer) return verdictOf(entry.action, answer);
    return this.#isStopped ? null : { kind: "unanswered" };
  }

  /** Renews the lease while a response is slow. */
  #keepLease(): void {
    const { environment, outbox, owner } = this.#options;
    this.#renewing?.();
    this.#renewing = environment.after(LEASE_MS / 3, () => {
      if (this.#isStopped || this.#busyRooms.size === 0) return;
      void outbox.update((state) => renew({ owner, now: environment.now() })(state));
      this.#keepLease();
    });
  }
}
