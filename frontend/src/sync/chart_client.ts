/** The stream of charts, in sync however often the line is lost: it tells what is new, and keeps nothing else. */

import { browserEnvironment } from "./browser_environment.ts";
import { CatchingUp } from "./catching_up.ts";
import { CHARTS } from "./charts.ts";
import { Line } from "./connection.ts";
import type { Environment } from "./environment.ts";
import { Replica } from "./replica.ts";
import type { AnyFrame, ChartsEvent, Edition } from "./wire.ts";

export interface ChartClientOptions {
  /** As in "ws://localhost:4000"; "" for the page's own origin. */
  socketBase: string;
  /** What isn't given is the browser's own. */
  environment?: Partial<Environment>;
}

export interface ChartListener {
  /** In order, each once. */
  happened(event: ChartsEvent): void;
  /** The whole state anew: at first, and whenever what was missed can't be told one by one. */
  replaced(editions: readonly Edition[]): void;
}

export class ChartClient {
  readonly #environment: Environment;
  readonly #socketBase: string;
  readonly #replica: Replica<Edition, ChartsEvent>;
  readonly #catchingUp: CatchingUp;
  readonly #line: Line;
  #forgetSignals = () => {};

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
      CHARTS,
    );
    this.#line = new Line(this.#environment, {
      url: () => this.#url(),
      opened: () => this.#catchingUp.opened(),
      received: (frame) => this.#received(frame),
      lost: () => this.#catchingUp.closed(),
      changed: () => {},
      stamp: () => this.#environment.now(),
    });
    this.#catchingUp = new CatchingUp(this.#replica, this.#environment, (frame) => this.#line.send(frame));
  }

  start(): void {
    this.#forgetSignals = this.#environment.onSignal((signal) => this.#line.signal(signal));
    this.#line.start();
  }

  /** What was known stays known: a later start goes on from there. */
  stop(): void {
    this.#line.stop();
    this.#catchingUp.closed();
    this.#forgetSignals();
  }

  #url(): string {
    const { epoch, seq } = this.#replica.confirmed ?? { epoch: "none", seq: 0 };
    const base = this.#socketBase || location.origin.replace(/^http/, "ws");
    return `${base}/ws/charts/?epoch=${encodeURIComponent(epoch)}&since=${seq}`;
  }

  #received(frame: AnyFrame): void {
    this.#replica.receive(frame);
    this.#catchingUp.look();
    if (this.#replica.lack === null) this.#line.caughtUp();
  }
}
