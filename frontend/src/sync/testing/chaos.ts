/** Weather: everything that may happen to browsers and a server, drawn by chance. */

import type { Action, ItemRef, Place, Vote } from "../actions.ts";
import { type Change, type Entry, InMemoryOutbox, type OutboxStore, type Updated } from "../outbox_state.ts";
import type { RoomSnapshot, SnapshotStore } from "../snapshot_persistence.ts";
import { Browser, type Tab } from "./browser.ts";
import { performRandomAction, trackOf } from "./model_room.ts";
import { errorResponse, ModelServer, type ServerRequest, type ServerResponse } from "./model_server.ts";
import type { PendingRequest, SocketPair } from "./network.ts";
import { Simulation } from "./simulation.ts";

const TRACKS = 12;
const CLOSE_CODES = [1006, 1006, 4008, 4012, 4429];

class InMemorySnapshots implements SnapshotStore {
  readonly #rooms = new Map<string, RoomSnapshot>();

  async load(room: string): Promise<RoomSnapshot | null> {
    return this.#rooms.get(room) ?? null;
  }

  async save(snapshot: RoomSnapshot): Promise<void> {
    this.#rooms.set(snapshot.room, snapshot);
  }

  async remove(room: string): Promise<void> {
    this.#rooms.delete(room);
  }
}

/** An action of a user. */
export interface UserAction {
  opId: string;
  action: Action;
  tab: Tab;
}

export class Chaos {
  readonly simulation: Simulation;
  readonly server: ModelServer;
  readonly browsers: Browser[] = [];
  readonly actions: UserAction[] = [];
  readonly stores = new Map<Browser, InMemoryOutbox>();
  /** What outlives its tab: op ids that were in a browser's store, at whatever time. */
  readonly stored = new Set<string>();
  /** Op ids of votes that were in the store until a later one on the same item took their place. */
  readonly replaced = new Set<string>();
  /** What the server was asked to do, however often. */
  readonly asked = new Set<string>();
  #isOver = false;

  constructor(seed: number) {
    this.simulation = new Simulation(seed);
    this.server = new ModelServer(this.simulation);
    this.server.trouble = (ask) => this.#trouble(ask);
  }

  async run(steps: number): Promise<void> {
    const { simulation } = this;
    for (let id = 1; id <= 5; id += 1) this.server.main.add(id, "Cem", {});
    const count = 1 + Math.floor(simulation.random() * 2);
    for (const caller of ["ada", "bo"].slice(0, count)) await this.#newBrowser(caller);
    for (let step = 0; step < steps; step += 1) {
      await this.#happen();
      await simulation.pass(
        simulation.random() < 0.05 ? simulation.random() * 40_000 : simulation.random() * 400,
      );
    }
  }

  /** Everything works again, until nothing is left to do. */
  async clear(): Promise<void> {
    this.#isOver = true;
    for (const browser of this.browsers) {
      browser.network.isDown = false;
      browser.signal("online");
      for (const tab of browser.tabs) tab.thaw();
      if (browser.tabs.every(({ isClosed }) => isClosed)) await browser.open();
    }
    await this.simulation.until(() => this.#isQuiet(), 60 * 60_000);
    // The user's own votes may still be asked for.
    await this.simulation.pass(60_000);
  }

  get openTabs(): Tab[] {
    return this.browsers.flatMap(({ tabs }) => tabs.filter(({ isClosed }) => !isClosed));
  }

  #isQuiet(): boolean {
    const { epoch, seq } = this.server.main;
    return this.openTabs.every(({ client, items }) => {
      const { view } = client;
      const isThere = view.epoch === epoch && view.seq === seq && view.connection.kind === "live";
      return isThere && view.waiting.length === 0 && items.every(({ pending }) => pending.length === 0);
    });
  }

  // --- What may happen ----------------------------------------------------------------------------------

  async #happen(): Promise<void> {
    const { simulation } = this;
    const browser = simulation.pick(this.browsers);
    const tab = simulation.pick(browser.tabs.filter(({ isClosed }) => !isClosed));
    const draw = simulation.random();
    if (draw < 0.5) this.#act(tab);
    else if (draw < 0.6) performRandomAction(this.server.main, simulation, { tracks: TRACKS });
    else if (draw < 0.68) this.#hurt(tab);
    else if (draw < 0.74) await this.#comeAndGo(browser, tab);
    else if (draw < 0.82) this.#changeNetwork(browser);
    else if (draw < 0.86) tab.freeze();
    else if (draw < 0.92) tab.thaw();
    else if (draw < 0.94) browser.skew += (simulation.random() - 0.5) * 20 * 60_000;
    else if (draw < 0.96) this.server.restart(simulation.pick([1006, 4012]));
    else if (draw < 0.97) this.server.trim(this.server.main);
    else if (draw < 0.975) this.server.renew(this.server.main, `e${simulation.now}`);
  }

  #act(tab: Tab): void {
    const action = this.#action(tab);
    if (action && !tab.isFrozen) this.actions.push({ opId: tab.client.act(action), action, tab });
  }

  #action(tab: Tab): Action | null {
    const { simulation } = this;
    const refs = tab.items.map(({ ref }) => ref);
    const place = (): Place | null => {
      if (refs.length === 0 || simulation.chance(0.3)) return null;
      return simulation.chance(0.5) ? { after: simulation.pick(refs) } : { before: simulation.pick(refs) };
    };
    const kind = simulation.pick([
      "add",
      "add",
      "move",
      "move",
      "vote",
      "vote",
      "vote",
      "play",
      "stop",
      "remove",
      "restore",
    ]);
    if (kind === "add") {
      const track = trackOf(1 + Math.floor(simulation.random() * TRACKS));
      return { kind, track, addedBy: tab.browser.caller, place: place() };
    }
    if (kind === "stop") return { kind };
    if (kind === "restore") {
      const gone = [...this.server.main.removed.keys()];
      return gone.length > 0 ? { kind, item: simulation.pick(gone) } : null;
    }
    if (refs.length === 0) return null;
    const item: ItemRef = simulation.pick(refs);
    if (kind === "vote") return { kind, item, value: simulation.pick<Vote>([-1, 0, 1]) };
    if (kind !== "move") return { kind: kind as "play" | "remove", item };
    const to = place();
    return to && { kind, item, place: to };
  }

  #hurt({ sockets }: Tab): void {
    const pair = sockets.at(-1);
    if (pair?.isOpen === false) return;
    if (this.simulation.chance(0.3)) pair?.die();
    else pair?.cut(this.simulation.pick(CLOSE_CODES));
  }

  async #comeAndGo(browser: Browser, tab: Tab): Promise<void> {
    const open = browser.tabs.filter(({ isClosed }) => !isClosed);
    if (open.length < 2 || (open.length < 3 && this.simulation.chance(0.5))) await browser.open();
    else tab.kill();
    if (this.simulation.chance(0.2)) {
      for (const one of browser.tabs) one.kill();
      await browser.open();
    }
  }

  #changeNetwork(browser: Browser): void {
    const { network } = browser;
    if (network.isDown) network.isDown = false;
    else network.goDown();
    if (this.simulation.chance(0.5)) browser.signal(network.isDown ? "offline" : "online");
  }

  // --- The way ------------------------------------------------------------------------------------------

  async #newBrowser(caller: string): Promise<void> {
    const browser = new Browser(this.simulation, this.server, caller);
    const store = new InMemoryOutbox();
    const rooms = new InMemorySnapshots();
    this.stores.set(browser, store);
    this.browsers.push(browser);
    browser.hasChannels = this.simulation.chance(0.8);
    browser.isDatabaseReal = this.simulation.chance(0.03);
    const { openStorage } = browser;
    browser.openStorage = browser.isDatabaseReal
      ? async (name) => {
          const real = await openStorage(name);
          return { ...real, outbox: this.#watched(real.outbox) };
        }
      : async () => ({ outbox: this.#slow(this.#watched(store)), rooms });
    browser.network.route = (post) => this.#carry(post);
    browser.network.move = (pair) => this.#deliver(pair);
    await browser.open();
  }

  #watched(store: OutboxStore): OutboxStore {
    return {
      update: async <T>(change: Change<T>) => {
        let before: readonly Entry[] = [];
        const updated = await store.update((state) => {
          before = state.entries;
          return change(state);
        });
        this.#noteStored(before, updated.state.entries);
        return updated;
      },
      close: () => store.close(),
    };
  }

  #noteStored(before: readonly Entry[], after: readonly Entry[]): void {
    for (const { opId } of after) this.stored.add(opId);
    for (const { opId, number, action, outcome } of before) {
      const inPlace = after.find((entry) => entry.number === number);
      if (inPlace?.opId === opId || outcome !== null) continue;
      if (action.kind === "vote" && inPlace?.action.kind === "vote") this.replaced.add(opId);
    }
  }

  /** Each change takes a while, in which others come between. */
  #slow(store: OutboxStore): OutboxStore {
    return {
      update: <T>(change: Change<T>) =>
        new Promise<Updated<T>>((resolve) => {
          this.simulation.schedule(this.simulation.random() * 20, () => resolve(store.update(change)));
        }),
      close: () => {},
    };
  }

  #carry(post: PendingRequest): void {
    const { simulation } = this;
    const isBad = !this.#isOver;
    const browser = this.browsers.find(({ network }) => network === post.network);
    simulation.schedule(simulation.random() * 200, () => {
      if (browser?.network.isDown || (isBad && simulation.chance(0.1))) {
        post.lose();
        return;
      }
      if (post.ask.key) this.asked.add(post.ask.key);
      post.arrive();
      simulation.schedule(simulation.random() * (isBad && simulation.chance(0.05) ? 30_000 : 200), () => {
        if (browser?.network.isDown || (isBad && simulation.chance(0.1))) post.lose();
        else post.answer();
      });
    });
  }

  /** Mostly in order; now and then twice, or one before the other, or not at all. */
  #deliver(pair: SocketPair): void {
    const { simulation } = this;
    simulation.schedule(simulation.random() * 100, () => {
      const [first, second] = pair.toClient;
      if (!first) return;
      const areEvents = "seq" in first && second && "seq" in second;
      if (!this.#isOver && areEvents && simulation.chance(0.1)) pair.toClient.splice(0, 2, second, first);
      if (!this.#isOver && "seq" in first && simulation.chance(0.05)) pair.give(first);
      if (!this.#isOver && "seq" in first && simulation.chance(0.02)) pair.toClient.shift();
      pair.deliver(1);
    });
  }

  #trouble(ask: ServerRequest): ServerResponse | null {
    if (this.#isOver) return null;
    const draw = this.simulation.random();
    if (draw < 0.03) return errorResponse(500, "INTERNAL_ERROR");
    if (draw < 0.05) return { ...errorResponse(503, "UNAVAILABLE"), headers: { "Retry-After": "1" } };
    if (draw < 0.07) return { ...errorResponse(429, "RATE_LIMITED"), headers: { "Retry-After": "3" } };
    if (draw < 0.08) return { status: 200, body: "<html>Please sign in</html>", headers: {} };
    if (draw < 0.09 && ask.key) {
      const { trouble } = this.server;
      this.server.trouble = () => null;
      this.server.handle(ask);
      this.server.trouble = trouble;
      return { status: 502, body: "Bad gateway", headers: {} };
    }
    return null;
  }
}
