/** A browser with its tabs: one store, one clock, one person. */

import { IDBFactory } from "fake-indexeddb";
import type { Channel, Environment, Signal } from "../environment.ts";
import { RoomClient, type RoomClientOptions } from "../room_client.ts";
import { openStorage, type Storage } from "../storage.ts";
import type { Notice, RoomView, ShownItem } from "../view.ts";
import type { ModelServer } from "./model_server.ts";
import { Network, type SocketPair } from "./network.ts";
import type { Simulation } from "./simulation.ts";

export class Browser {
  readonly simulation: Simulation;
  readonly network: Network;
  /** The caller of its requests, for the server. */
  readonly caller: string;
  readonly tabs: Tab[] = [];
  databases: IDBFactory | null = new IDBFactory();
  /** What its clock is ahead of the true time. */
  skew = 0;
  isOnline = true;
  hasChannels = true;
  /** Whether storage takes real time, which is awaited. */
  isDatabaseReal = true;
  /** How storage is opened. */
  openStorage: Environment["openStorage"] = (name) =>
    openStorage(this.databases, name, (ms, callback) => this.simulation.schedule(ms, callback));

  constructor(simulation: Simulation, server: ModelServer, caller = "ada") {
    this.simulation = simulation;
    this.caller = caller;
    this.network = new Network(simulation, server);
  }

  async open(options: Partial<RoomClientOptions> = {}): Promise<Tab> {
    const tab = new Tab(this, options);
    this.tabs.push(tab);
    void tab.client.start();
    await this.simulation.settle();
    return tab;
  }

  signal(signal: Signal): void {
    if (signal === "online" || signal === "offline") this.isOnline = signal === "online";
    for (const tab of this.tabs) tab.run(() => tab.signal(signal));
  }
}

export class Tab {
  readonly browser: Browser;
  readonly client: RoomClient;
  readonly notices: Notice[] = [];
  /** All views that were reported. */
  readonly views: RoomView[] = [];
  /** Its sockets, the newest last. */
  readonly sockets: SocketPair[] = [];
  isClosed = false;
  readonly #signalListeners = new Set<(signal: Signal) => void>();
  readonly #channels = new Set<(message: unknown) => void>();
  // What would have happened while the tab was frozen.
  #backlog: (() => void)[] | null = null;

  constructor(browser: Browser, options: Partial<RoomClientOptions>) {
    this.browser = browser;
    this.client = new RoomClient({
      room: "main",
      apiBase: "http://server",
      socketBase: "ws://server",
      environment: this.environment(),
      ...options,
    });
    this.client.onNotice((notice) => this.notices.push(notice));
    this.client.subscribe((view) => this.views.push(view));
  }

  get socket(): SocketPair {
    return this.sockets.at(-1) as SocketPair;
  }

  get items(): readonly ShownItem[] {
    return this.client.view.items;
  }

  /** The tracks in order, as "1 2 3". */
  get tracks(): string {
    return this.items.map(({ track_id }) => track_id).join(" ");
  }

  noticesOf<K extends Notice["kind"]>(kind: K): Extract<Notice, { kind: K }>[] {
    return this.notices.filter((notice) => notice.kind === kind) as Extract<Notice, { kind: K }>[];
  }

  signal(signal: Signal): void {
    for (const listener of this.#signalListeners) listener(signal);
  }

  /** Gone immediately, as when a phone kills it: nothing of it runs any more, and nothing is reported. */
  kill(): void {
    this.isClosed = true;
    this.#channels.clear();
    for (const pair of this.sockets) pair.die();
  }

  /** Nothing of it runs until it thaws; the simulation doesn't notice. */
  freeze(): void {
    this.#backlog ??= [];
  }

  /** As when the user returns to it; or without becoming visible. */
  thaw({ isSeen = true } = {}): void {
    if (!this.#backlog) return;
    const backlog = this.#backlog;
    this.#backlog = null;
    if (isSeen) this.run(() => this.signal("visible"));
    for (const callback of backlog) this.run(callback);
  }

  get isFrozen(): boolean {
    return this.#backlog !== null;
  }

  run(callback: () => void): void {
    if (this.isClosed) return;
    if (this.#backlog) this.#backlog.push(callback);
    else callback();
  }

  hear(message: unknown): void {
    for (const listener of this.#channels) listener(message);
  }

  /** Waits in the simulation's eyes, and comes back only to a tab that runs. */
  #awaited<T>(work: Promise<T>): Promise<T> {
    const { underWay } = this.browser.simulation;
    if (this.browser.isDatabaseReal) underWay.add(work);
    return new Promise((resolve, reject) => {
      work.then(
        (value) => this.run(() => resolve(value)),
        (error) => this.run(() => reject(error)),
      );
      work.catch(() => {}).finally(() => underWay.delete(work));
    });
  }

  protected environment(): Environment {
    const { browser } = this;
    const { simulation, network } = browser;
    return {
      now: () => simulation.now + browser.skew,
      uptime: () => simulation.now,
      after: (ms, callback) => simulation.schedule(ms, () => this.run(callback)),
      random: simulation.random,
      randomBytes: (count) => Uint8Array.from({ length: count }, () => simulation.random() * 256),
      openSocket: (url, listener) => {
        const pair = network.connect(url, {
          received: (text) => this.run(() => listener.received(text)),
          closed: (code) => this.run(() => listener.closed(code)),
        });
        this.sockets.push(pair);
        return pair.clientEnd;
      },
      fetch: (url, request) => this.#fetched(url, request),
      openStorage: async (name) => this.#kept(await this.#awaited(browser.openStorage(name))),
      openChannel: browser.hasChannels ? (_name, hear) => this.#channel(hear) : null,
      onNextFrame: (callback) => void simulation.schedule(16, () => this.run(callback)),
      isOnline: () => browser.isOnline,
      onSignal: (listener) => {
        this.#signalListeners.add(listener);
        return () => this.#signalListeners.delete(listener);
      },
    };
  }

  #fetched(url: string, request: RequestInit): Promise<Response> {
    const { caller, network } = this.browser;
    const headers = request.headers as Record<string, string>;
    const ask = {
      caller: headers["X-Guest-Token"] ?? caller,
      method: request.method ?? "GET",
      path: url.replace("http://server", ""),
      body: (request.body as string | null | undefined) ?? null,
      key: headers["Idempotency-Key"] ?? null,
    };
    const work = network.fetch(ask, request.signal);
    return new Promise((resolve, reject) => {
      work.then(
        (response) => this.run(() => resolve(response)),
        (error) => this.run(() => reject(error)),
      );
    });
  }

  #kept({ outbox, rooms }: Storage): Storage {
    return {
      outbox: {
        update: (change) => this.#awaited(outbox.update(change)),
        close: () => outbox.close(),
      },
      rooms: {
        load: (room) => this.#awaited(rooms.load(room)),
        save: (snapshot) => this.#awaited(rooms.save(snapshot)),
        remove: (room) => this.#awaited(rooms.remove(room)),
      },
    };
  }

  #channel(hear: (message: unknown) => void): Channel {
    this.#channels.add(hear);
    const { browser } = this;
    return {
      send: (message) => {
        for (const tab of browser.tabs) {
          if (tab !== this) browser.simulation.schedule(1, () => tab.run(() => tab.hear(message)));
        }
      },
      close: () => this.#channels.delete(hear),
    };
  }
}
