/** One room, in sync: the state with the own actions in it, however often the line is lost. */

import type { Action } from "./actions.ts";
import { browserEnvironment } from "./browser_environment.ts";
import { CatchingUp } from "./catching_up.ts";
import { ServerClock } from "./clock.ts";
import { Line } from "./connection.ts";
import type { Environment, Signal } from "./environment.ts";
import { newOpId } from "./op_ids.ts";
import type { RoomClientOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { added, dismissed, FRESH, revived, told } from "./outbox_rules.ts";
import type { Change } from "./outbox_state.ts";
import { OwnVotes } from "./own_votes.ts";
import { Remembering } from "./remembering.ts";
import { queuePath, renamed } from "./requests.ts";
import type { Remembered } from "./room_memory.ts";
import { RoomState } from "./room_state.ts";
import { Sender } from "./sender.ts";
import { read, type Server, sent } from "./sending.ts";
import type { Storage } from "./storage.ts";
import { listenToTabs, type Tabs } from "./tabs.ts";
import { callEach, Telling } from "./telling.ts";
import type { Notice, RoomView } from "./view.ts";
import type { ServerFrame } from "./wire.ts";

export type { RoomClientOptions } from "./options.ts";

export class RoomClient {
  readonly options: RoomClientOptions;
  readonly #environment: Environment;
  readonly #name: string;
  readonly #owner: string;
  readonly #clock: ServerClock;
  readonly #state: RoomState;
  readonly #line: Line;
  readonly #catchingUp: CatchingUp;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #ownVotes: OwnVotes;
  readonly #remembering: Remembering;
  readonly #telling: Telling<RoomView>;
  readonly #noticed = new Set<(notice: Notice) => void>();
  #storage: Promise<Storage> | null = null;
  #tabs: Tabs | null = null;
  #forgetSignals = () => {};
  #isStopped = false;

  constructor(options: RoomClientOptions) {
    this.options = options;
    this.#environment = { ...browserEnvironment(), ...options.environment };
    // Another server has another outbox, which knows nothing of this one's items.
    this.#name = `tutti ${options.apiBase}`;
    const environment = this.#environment;
    const server = { apiBase: options.apiBase, guestToken: options.guestToken };
    this.#owner = newOpId(environment);
    this.#clock = new ServerClock(environment);
    this.#state = new RoomState(options.room, {
      changed: (isConfirmed) => {
        this.#telling.changed();
        if (!isConfirmed) return;
        this.#remembering.changed();
        this.#ownVotes.caughtUp();
      },
      notify: (notice) => callEach(this.#noticed, notice),
      voted: (itemId, at) => this.#ownVotes.touch(itemId, at),
      returned: (itemId, at) => this.#ownVotes.returned(itemId, at),
      doubtVotes: () => this.#doubtVotes(),
    });
    this.#telling = new Telling(environment, () => this.view);
    this.#line = this.#newLine();
    this.#catchingUp = new CatchingUp(this.#state.replica, environment, (frame) => this.#line.send(frame));
    this.#outbox = new Outbox({
      open: async () => (await this.#openStorage()).outbox,
      changed: (entries) => {
        const refused = this.#state.outboxChanged(entries);
        if (refused.size > 0) void this.#outbox.update(told(refused));
      },
      missed: () => this.#doubtVotes(),
      tell: () => this.#tabs?.tell(),
    });
    this.#sender = this.#newSender(server);
    this.#ownVotes = this.#newOwnVotes(server);
    this.#remembering = new Remembering({
      environment,
      rooms: async () => (await (this.#storage ?? this.#openStorage())).rooms,
      take: () => this.#toRemember(),
    });
  }

  /** The state of now; the same object until something changes. */
  get view(): RoomView {
    return this.#state.view;
  }

  /** Milliseconds of the server's clock, as well as this browser knows it. */
  serverNow(): number {
    return this.#clock.now();
  }

  /** Shows what this browser remembers, then connects. Resolves when what is remembered is shown. */
  async start(): Promise<void> {
    if (this.#isStopped) return;
    // First, so that nothing falls between looking and listening.
    this.#tabs = listenToTabs(this.#environment, this.#name, () => void this.#look());
    const [remembered] = await Promise.all([
      this.#remembering.load(this.options.room),
      this.#outbox.reread(),
    ]);
    if (this.#isStopped) return;
    if (remembered) {
      this.#state.remember(remembered, remembered.ownVotes);
      if (remembered.clockOffset !== null) this.#clock.remember(remembered.clockOffset);
    }
    this.#forgetSignals = this.#environment.onSignal((signal) => this.#signalled(signal));
    this.#line.start();
    this.refreshOwnVotes();
    void this.#sender.pump();
  }

  /** Leaves the room. What is stored will be sent by another tab, or on the next visit. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#line.stop();
    this.#catchingUp.closed();
    this.#ownVotes.stop();
    this.#forgetSignals();
    void this.#close();
  }

  /** Calls the listener after each change of the view, at most once for each frame of the browser's display. */
  subscribe(listener: (view: RoomView) => void): () => void {
    return this.#telling.add(listener);
  }

  /** Tells, in order, what happened: for sentences, glows and toasts. */
  onNotice(listener: (notice: Notice) => void): () => void {
    this.#noticed.add(listener);
    return () => this.#noticed.delete(listener);
  }

  /**
   * Shows the action at once and has it sent, in order and exactly once; gives its op id. One for `elsewhere`, another
   * room of this server, is only sent.
   */
  act(action: Action, elsewhere?: { room: string; title: string }): string {
    if (this.#isStopped) throw new Error("This room has been left.");
    const opId = newOpId(this.#environment);
    const named = elsewhere ? action : renamed(action, (ref) => this.#state.find(ref)?.id ?? ref);
    const entry = {
      ...FRESH,
      opId,
      room: elsewhere?.room ?? this.options.room,
      action: named,
      number: 0,
      ...this.#clock.making(this.#owner),
      title: elsewhere?.title ?? this.#state.titleOf(named),
    };
    void this.#change(added(entry));
    return opId;
  }

  /** Tries to connect now instead of waiting for the next try. */
  retryNow(): void {
    this.#line.retryNow();
    void this.#sender.pump(true);
  }

  /** Forgets a stale action. */
  dismiss(opId: string): void {
    void this.#change(dismissed(opId));
  }

  /** Gives a stale action a new op id and sends it. */
  sendAnyway(opId: string): void {
    void this.#change(revived(opId, () => newOpId(this.#environment), this.#clock.making(this.#owner)));
  }

  /** The caller has become another person: the own votes are others, and the line is to be theirs. */
  becameAnother(): void {
    this.refreshOwnVotes();
    this.#line.renew();
  }

  /** Asks anew for the own votes. */
  refreshOwnVotes(): void {
    if (!this.#isStopped) void this.#ownVotes.refresh();
  }

  // --- The parts ----------------------------------------------------------------------------------------

  #newLine(): Line {
    return new Line(this.#environment, {
      url: () => this.#socketUrl(),
      opened: () => this.#opened(),
      received: (frame) => this.#received(frame as ServerFrame),
      lost: () => this.#catchingUp.closed(),
      changed: () => this.#lineChanged(),
      stamp: () => this.#clock.stamp(),
    });
  }

  #newSender(server: Server): Sender {
    const environment = this.#environment;
    return new Sender({
      environment,
      clock: this.#clock,
      outbox: this.#outbox,
      owner: this.#owner,
      send: async ({ request, opId }, signal) => request && sent(request, opId, server, environment, signal),
      askTime: () => this.#line.askTime(),
      prepare: this.options.prepareCaller,
    });
  }

  #newOwnVotes(server: Server): OwnVotes {
    const environment = this.#environment;
    const { ledger } = this.#state;
    return new OwnVotes({
      environment,
      read: () => read(`${queuePath(this.options.room)}my-votes/`, server, environment),
      hasCome: (at) => this.#state.replica.hasCome(at),
      underWay: () => ledger.votesUnderWay(this.#state.entries),
      tell: (votes, except) => {
        ledger.setOwnVotes(votes, except);
        this.#state.changed(true);
      },
    });
  }

  #openStorage(): Promise<Storage> {
    this.#storage = this.#environment.openStorage(this.#name);
    return this.#storage;
  }

  // --- What happens -------------------------------------------------------------------------------------

  #socketUrl(): string {
    const { room, socketBase } = this.options;
    const { epoch, seq } = this.#state.replica.confirmed ?? { epoch: "none", seq: 0 };
    const base = socketBase || location.origin.replace(/^http/, "ws");
    return `${base}/ws/playlist/${room}/?epoch=${encodeURIComponent(epoch)}&since=${seq}`;
  }

  #opened(): void {
    const token = this.options.guestToken?.();
    if (token) this.#line.send({ type: "identify", guest_token: token });
    this.#catchingUp.opened();
    this.#doubtVotes();
    void this.#sender.pump(true);
  }

  #received(frame: ServerFrame): void {
    if (frame.type === "pong") {
      this.#clock.pong(frame.ts, frame.server_ts);
      void this.#sender.pump();
    }
    this.#state.replica.receive(frame);
    this.#catchingUp.look();
    if (this.#state.replica.lack === null) this.#line.caughtUp();
  }

  #lineChanged(): void {
    const { connection } = this.#line;
    if (connection.kind === "ended" && connection.reason === "no-such-room") {
      void this.#remembering.forget(this.options.room);
    }
    this.#state.connectionChanged(connection);
  }

  #signalled(signal: Signal): void {
    this.#line.signal(signal);
    if (signal === "hidden") void this.#remembering.save();
    if (signal === "online") void this.#sender.pump(true);
    // What other tabs did while this one was frozen, it may not have heard.
    if (signal === "visible") {
      void this.#look(true);
      this.#doubtVotes();
    }
  }

  /** Another tab has changed the outbox, or may have. */
  async #look(isHurried = false): Promise<void> {
    await this.#outbox.reread();
    await this.#sender.pump(isHurried);
  }

  async #change(change: Change<unknown>): Promise<void> {
    await this.#outbox.change(change);
    await this.#sender.pump();
  }

  #doubtVotes(): void {
    if (!this.#isStopped) this.#ownVotes.doubt();
  }

  #toRemember(): Remembered | null {
    const { confirmed } = this.#state.replica;
    if (!confirmed || this.view.connection.kind === "ended") return null;
    const clockOffset = this.#clock.isKnown ? this.#clock.offset : null;
    const ownVotes = [...this.#state.ledger.ownVotes];
    return { ...confirmed, room: this.options.room, ownVotes, clockOffset, savedAt: this.#environment.now() };
  }

  async #close(): Promise<void> {
    await this.#remembering.save();
    await this.#sender.stop();
    // Whoever waited for this one's lease need not wait for its end.
    this.#tabs?.tell();
    this.#tabs?.close();
    await this.#outbox.close();
  }
}
