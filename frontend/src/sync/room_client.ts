/** One room, in sync across lost connections: its state with the user's actions applied. */

import { type Action, newOpId, queuePath, renamed } from "./actions.ts";
import { browserEnvironment } from "./browser_environment.ts";
import { ServerClock } from "./clock.ts";
import { Connection } from "./connection.ts";
import type { Environment, Signal } from "./environment.ts";
import { GapRecovery } from "./gap_recovery.ts";
import { type RoomClientOptions, readJson, type ServerAccess, sendWrite } from "./http_requests.ts";
import type { ClientMessage, PeopleChanged, RoomMessage } from "./messages.ts";
import { Outbox, openTabChannel, type TabChannel } from "./outbox.ts";
import { added, discarded, FRESH, markReported, revived } from "./outbox_rules.ts";
import type { Change } from "./outbox_state.ts";
import { OwnVotes } from "./own_votes.ts";
import { RoomState } from "./room_state.ts";
import { Sender } from "./sender.ts";
import { type RoomSnapshot, SnapshotWriter } from "./snapshot_persistence.ts";
import type { Storage } from "./storage.ts";
import { type Notice, notifyAll, type RoomView, ViewNotifier } from "./view.ts";

export type { RoomClientOptions } from "./http_requests.ts";

export class RoomClient {
  readonly options: RoomClientOptions;
  readonly #environment: Environment;
  readonly #name: string;
  readonly #owner: string;
  readonly #clock: ServerClock;
  readonly #state: RoomState;
  readonly #connection: Connection;
  readonly #gapRecovery: GapRecovery;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #ownVotes: OwnVotes;
  readonly #snapshotWriter: SnapshotWriter;
  readonly #viewNotifier: ViewNotifier<RoomView>;
  readonly #noticeListeners = new Set<(notice: Notice) => void>();
  readonly #peopleListeners = new Set<(people: PeopleChanged) => void>();
  readonly #messageListeners = new Set<(message: RoomMessage) => void>();
  #storage: Promise<Storage> | null = null;
  #tabs: TabChannel | null = null;
  #unsubscribeSignals = () => {};
  #isStopped = false;

  constructor(options: RoomClientOptions) {
    this.options = options;
    this.#environment = { ...browserEnvironment(), ...options.environment };
    // Each server has its own outbox, because items belong to one server.
    this.#name = `tutti ${options.apiBase}`;
    const environment = this.#environment;
    const server = { apiBase: options.apiBase, guestToken: options.guestToken };
    this.#owner = newOpId(environment);
    this.#clock = new ServerClock(environment);
    this.#state = new RoomState(options.room, {
      changed: (isConfirmed) => {
        this.#viewNotifier.changed();
        if (!isConfirmed) return;
        this.#snapshotWriter.changed();
        this.#ownVotes.caughtUp();
      },
      notify: (notice) => notifyAll(this.#noticeListeners, notice),
      voted: (itemId, at) => this.#ownVotes.touch(itemId, at),
      returned: (itemId, at) => this.#ownVotes.returned(itemId, at),
      invalidateVotes: () => this.#invalidateVotes(),
    });
    this.#viewNotifier = new ViewNotifier(environment, () => this.view);
    this.#connection = this.#newConnection();
    this.#gapRecovery = new GapRecovery(this.#state.replica, environment, (message) =>
      this.#connection.send(message),
    );
    this.#outbox = new Outbox({
      open: async () => (await this.#openStorage()).outbox,
      changed: (entries) => {
        const refused = this.#state.outboxChanged(entries);
        if (refused.size > 0) void this.#outbox.update(markReported(refused));
      },
      missed: () => this.#invalidateVotes(),
      notifyTabs: () => this.#tabs?.notify(),
    });
    this.#sender = this.#newSender(server);
    this.#ownVotes = this.#newOwnVotes(server);
    this.#snapshotWriter = new SnapshotWriter({
      environment,
      rooms: async () => (await (this.#storage ?? this.#openStorage())).rooms,
      take: () => this.#snapshot(),
    });
  }

  /** The current state; the same object until something changes. */
  get view(): RoomView {
    return this.#state.view;
  }

  /** Milliseconds of the server's clock, as well as this browser knows it. */
  serverNow(): number {
    return this.#clock.now();
  }

  /** Shows the stored state, then connects. Resolves when the stored state is shown. */
  async start(): Promise<void> {
    if (this.#isStopped) return;
    // First, so that nothing falls between looking and listening.
    this.#tabs = openTabChannel(this.#environment, this.#name, () => void this.#look());
    const [snapshot] = await Promise.all([
      this.#snapshotWriter.load(this.options.room),
      this.#outbox.reread(),
    ]);
    if (this.#isStopped) return;
    if (snapshot) {
      this.#state.restore(snapshot, snapshot.ownVotes);
      if (snapshot.clockOffset !== null) this.#clock.restore(snapshot.clockOffset);
    }
    this.#unsubscribeSignals = this.#environment.onSignal((signal) => this.#signalled(signal));
    this.#connection.start();
    this.refreshOwnVotes();
    void this.#sender.pump();
  }

  /** Leaves the room. What is stored will be sent by another tab, or on the next visit. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#connection.stop();
    this.#gapRecovery.closed();
    this.#ownVotes.stop();
    this.#unsubscribeSignals();
    void this.#close();
  }

  /** Calls the listener after each change of the view, at most once for each frame of the browser's display. */
  subscribe(listener: (view: RoomView) => void): () => void {
    return this.#viewNotifier.add(listener);
  }

  /** Notifies of changes, in order: for announcements, highlights and toasts. */
  onNotice(listener: (notice: Notice) => void): () => void {
    this.#noticeListeners.add(listener);
    return () => this.#noticeListeners.delete(listener);
  }

  /** Notifies of the users in the room: at first and after each change. */
  onPeople(listener: (people: PeopleChanged) => void): () => void {
    this.#peopleListeners.add(listener);
    return () => this.#peopleListeners.delete(listener);
  }

  /** Notifies of every message of the socket, before it is applied. */
  onMessage(listener: (message: RoomMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  /** Sends the message if the connection is open. */
  send(message: ClientMessage): void {
    this.#connection.send(message);
  }

  /** The caller has become the guest of this token: the open line is theirs, too. */
  identify(token: string): void {
    this.#connection.send({ type: "identify", guest_token: token });
  }

  /**
   * Shows the action immediately and has it sent, in order and exactly once; returns its op id. One for `elsewhere`, another
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
      ...this.#clock.creationTimes(this.#owner),
      title: elsewhere?.title ?? this.#state.titleOf(named),
    };
    void this.#change(added(entry));
    return opId;
  }

  /** Tries to connect now instead of waiting for the next try. */
  retryNow(): void {
    this.#connection.retryNow();
    void this.#sender.pump(true);
  }

  /** Discards a stale action. */
  discard(opId: string): void {
    void this.#change(discarded(opId));
  }

  /** Returns a stale action a new op id and sends it. */
  sendAnyway(opId: string): void {
    void this.#change(
      revived(opId, () => newOpId(this.#environment), this.#clock.creationTimes(this.#owner)),
    );
  }

  /** The user has signed in or out: loads the user's own votes again and reconnects as that user. */
  onUserChanged(): void {
    this.refreshOwnVotes();
    this.#connection.renew();
  }

  /** Loads the user's own votes again. */
  refreshOwnVotes(): void {
    if (!this.#isStopped) void this.#ownVotes.refresh();
  }

  // --- The parts ----------------------------------------------------------------------------------------

  #newConnection(): Connection {
    return new Connection(this.#environment, {
      url: () => this.#socketUrl(),
      opened: () => this.#opened(),
      received: (message) => this.#received(message as RoomMessage),
      lost: () => this.#gapRecovery.closed(),
      changed: () => this.#connectionChanged(),
      stamp: () => this.#clock.stamp(),
    });
  }

  #newSender(server: ServerAccess): Sender {
    const environment = this.#environment;
    return new Sender({
      environment,
      clock: this.#clock,
      outbox: this.#outbox,
      owner: this.#owner,
      send: async ({ request, opId }, signal) =>
        request && sendWrite(request, opId, server, environment, signal),
      askTime: () => this.#connection.askTime(),
      prepare: this.options.prepareCaller,
    });
  }

  #newOwnVotes(server: ServerAccess): OwnVotes {
    const environment = this.#environment;
    const { pendingActions } = this.#state;
    return new OwnVotes({
      environment,
      read: () => readJson(`${queuePath(this.options.room)}my-votes/`, server, environment),
      hasCome: (at) => this.#state.replica.hasCome(at),
      underWay: () => pendingActions.votesUnderWay(this.#state.entries),
      update: (votes, except) => {
        pendingActions.setOwnVotes(votes, except);
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
    const { room, socketBase, isDisplay } = this.options;
    const { epoch, seq } = this.#state.replica.confirmed ?? { epoch: "none", seq: 0 };
    const base = socketBase || location.origin.replace(/^http/, "ws");
    const query = `epoch=${encodeURIComponent(epoch)}&since=${seq}${isDisplay ? "&present=false" : ""}`;
    return `${base}/ws/playlist/${room}/?${query}`;
  }

  #opened(): void {
    const token = this.options.guestToken?.();
    if (token) this.#connection.send({ type: "identify", guest_token: token });
    if (this.#peopleListeners.size > 0) this.#connection.send({ type: "people" });
    this.#gapRecovery.opened();
    this.#invalidateVotes();
    void this.#sender.pump(true);
  }

  #received(message: RoomMessage): void {
    if (message.type === "pong") {
      this.#clock.pong(message.ts, message.server_ts);
      void this.#sender.pump();
    }
    notifyAll(this.#messageListeners, message);
    if (message.type === "people.changed") {
      notifyAll(this.#peopleListeners, message.payload);
      return;
    }
    this.#state.receive(message);
    this.#gapRecovery.look();
    if (this.#state.replica.gap === null) this.#connection.caughtUp();
  }

  #connectionChanged(): void {
    const { state: connection } = this.#connection;
    if (connection.kind === "ended" && connection.reason === "no-such-room") {
      void this.#snapshotWriter.remove(this.options.room);
    }
    this.#state.connectionChanged(connection);
  }

  #signalled(signal: Signal): void {
    this.#connection.signal(signal);
    if (signal === "hidden") void this.#snapshotWriter.save();
    if (signal === "online") void this.#sender.pump(true);
    // This tab may have missed changes of other tabs while it was frozen.
    if (signal === "visible") {
      void this.#look(true);
      this.#invalidateVotes();
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

  #invalidateVotes(): void {
    if (!this.#isStopped) this.#ownVotes.invalidate();
  }

  #snapshot(): RoomSnapshot | null {
    const { confirmed } = this.#state.replica;
    if (!confirmed || this.view.connection.kind === "ended") return null;
    const clockOffset = this.#clock.isKnown ? this.#clock.offset : null;
    const ownVotes = [...this.#state.pendingActions.ownVotes];
    return { ...confirmed, room: this.options.room, ownVotes, clockOffset, savedAt: this.#environment.now() };
  }

  async #close(): Promise<void> {
    await this.#snapshotWriter.save();
    await this.#sender.stop();
    // Tabs that wait for this tab's lease can continue.
    this.#tabs?.notify();
    this.#tabs?.close();
    await this.#outbox.close();
  }
}
