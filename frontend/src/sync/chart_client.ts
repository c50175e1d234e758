/** The stream of charts: the newest chart of each genre, in sync across lost connections. */

import { sha256 } from "@noble/hashes/sha2.js";
import { browserEnvironment } from "./browser_environment.ts";
import { Connection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import { hexOf } from "./fold.ts";
import { GapRecovery } from "./gap_recovery.ts";
import type { AnyMessage, ChartsEvent, Edition } from "./messages.ts";
import { Replica, type StreamType } from "./replica.ts";

/** In the order of the server's snapshots, which the digest is made of. Genres that it gets later come behind. */
const GENRES = ["pop", "dance", "rap", "country"];

export const CHART_STREAM: StreamType<Edition, ChartsEvent> = {
  snapshotType: "charts.snapshot",
  keyOf: ({ genre }) => genre,
  inOrder: (editions) => editions,
  fold,
  digestOf: editionDigest,
};

function fold(editions: readonly Edition[], event: ChartsEvent): readonly Edition[] {
  switch (event.type) {
    case "chart.published":
      return withEdition(editions, event.payload);
    case "chart.withdrawn":
      return editions.filter(({ genre }) => genre !== event.payload.genre);
    default:
      return editions;
  }
}

/** One of a day before the newest changes nothing. */
function withEdition(editions: readonly Edition[], edition: Edition): readonly Edition[] {
  const known = editions.find(({ genre }) => genre === edition.genre);
  if (known && known.date > edition.date) return editions;
  const others = editions.filter((one) => one !== known);
  return [...others, edition].sort((one, other) => orderOf(one) - orderOf(other));
}

function orderOf({ genre }: Edition): number {
  const place = GENRES.indexOf(genre);
  return place < 0 ? GENRES.length : place;
}

function editionDigest(editions: readonly Edition[]): string {
  const text = editions.map((one) => `${one.genre}:${one.date}:${one.is_sample ? 1 : 0}`).join(";");
  return hexOf(sha256(new TextEncoder().encode(text)).subarray(0, 8));
}

export interface ChartClientOptions {
  /** As in "ws://localhost:4000"; "" for the page's own origin. */
  socketBase: string;
  /** What isn't given is the browser's own. */
  environment?: Partial<Environment>;
}

export interface ChartListener {
  /** In order, each once. */
  happened(event: ChartsEvent): void;
  /** The whole state: at first, and whenever missed events can't be sent one by one. */
  replaced(editions: readonly Edition[]): void;
}

export class ChartClient {
  readonly #environment: Environment;
  readonly #socketBase: string;
  readonly #replica: Replica<Edition, ChartsEvent>;
  readonly #gapRecovery: GapRecovery;
  readonly #connection: Connection;
  #unsubscribeSignals = () => {};

  constructor({ socketBase, environment }: ChartClientOptions, listener: ChartListener) {
    this.#environment = { ...browserEnvironment(), ...environment };
    this.#socketBase = socketBase;
    this.#replica = new Replica<Edition, ChartsEvent>(
      {
        apply: (event, step) => {
          step();
          listener.happened(event);
        },
        replaced: () => listener.replaced(this.#replica.confirmed?.items ?? []),
      },
      CHART_STREAM,
    );
    this.#connection = new Connection(this.#environment, {
      url: () => this.#url(),
      opened: () => this.#gapRecovery.opened(),
      received: (message) => this.#received(message),
      lost: () => this.#gapRecovery.closed(),
      changed: () => {},
      stamp: () => this.#environment.now(),
    });
    this.#gapRecovery = new GapRecovery(this.#replica, this.#environment, (message) =>
      this.#connection.send(message),
    );
  }

  start(): void {
    this.#unsubscribeSignals = this.#environment.onSignal((signal) => this.#connection.signal(signal));
    this.#connection.start();
  }

  /** What was known stays known: a later start goes on from there. */
  stop(): void {
    this.#connection.stop();
    this.#gapRecovery.closed();
    this.#unsubscribeSignals();
  }

  #url(): string {
    const { epoch, seq } = this.#replica.confirmed ?? { epoch: "none", seq: 0 };
    const base = this.#socketBase || location.origin.replace(/^http/, "ws");
    return `${base}/ws/charts/?epoch=${encodeURIComponent(epoch)}&since=${seq}`;
  }

  #received(message: AnyMessage): void {
    this.#replica.receive(message);
    this.#gapRecovery.look();
    if (this.#replica.gap === null) this.#connection.caughtUp();
  }
}
