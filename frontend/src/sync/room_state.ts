/** What is known of a room: the confirmed state, the own actions in it, and the view that both make. No I/O. */

import type { Action, ItemRef, Vote } from "./actions.ts";
import { Ledger } from "./ledger.ts";
import { keyOfAddition, show } from "./optimism.ts";
import type { Entry } from "./outbox_state.ts";
import { hasLostVote, outcomesBetween } from "./outcomes.ts";
import { type Confirmed, Replica } from "./replica.ts";
import type { Moment } from "./sending.ts";
import type { Connection, Notice, RoomView, ShownItem } from "./view.ts";
import { emptyView, nextView } from "./viewing.ts";
import type { StreamEvent } from "./wire.ts";

export interface RoomStateListener {
  /** The view is another. `isConfirmed`: because the server has told something. */
  changed(isConfirmed: boolean): void;
  notify(notice: Notice): void;
  /** The own vote on this item is another, since that moment. */
  voted(itemId: number, at: Moment | null): void;
  /** This item is back, since that moment: an answer that is on its way may have left it out. */
  returned(itemId: number, at: Moment): void;
  /** What is known of the own votes may be wrong. */
  doubtVotes(): void;
}

export class RoomState {
  readonly replica: Replica;
  readonly ledger: Ledger;
  readonly #room: string;
  readonly #listener: RoomStateListener;
  /** Those of this room, in order. */
  entries: readonly Entry[] = [];
  /** Those of all rooms that are too old to be sent. */
  #stale: readonly Entry[] = [];
  #connection: Connection;
  #view: RoomView;
  #isViewOld = false;
  #heals = 0;

  constructor(room: string, listener: RoomStateListener) {
    this.#room = room;
    this.#listener = listener;
    this.#view = emptyView(room);
    this.#connection = this.#view.connection;
    this.ledger = new Ledger((itemId, at) => listener.voted(itemId, at));
    this.replica = new Replica({
      apply: (event, step) => this.#apply(event, step),
      replaced: (before, isHeal) => this.#replaced(before, isHeal),
    });
  }

  /** The same object until something changes. */
  get view(): RoomView {
    if (this.#isViewOld) {
      this.#isViewOld = false;
      this.#view = nextView(this.#view, {
        connection: this.#connection,
        confirmed: this.replica.confirmed,
        entries: this.entries,
        stale: this.#stale,
        ledger: this.ledger,
        heals: this.#heals,
      });
    }
    return this.#view;
  }

  connectionChanged(connection: Connection): void {
    this.#connection = connection;
    this.changed(false);
  }

  changed(isConfirmed: boolean): void {
    this.#isViewOld = true;
    this.#listener.changed(isConfirmed);
  }

  /** Begins with what this browser remembers. */
  remember(confirmed: Confirmed, ownVotes: Iterable<readonly [number, Vote]>): void {
    this.replica.remember(confirmed);
    this.ledger.remember(confirmed.items, ownVotes, this.entries);
    this.ledger.sweep(confirmed, this.entries);
    this.changed(false);
  }

  /** The outbox of this browser is another. Gives the op ids of the refusals that have been told now. */
  outboxChanged(all: readonly Entry[]): ReadonlySet<string> {
    const before = this.entries;
    this.entries = [...this.#lingering(all), ...all.filter(({ room }) => room === this.#room)];
    this.#stale = all.filter(({ status, outcome }) => status === "stale" && outcome === null);
    this.ledger.track(this.entries);
    this.ledger.sweep(this.replica.confirmed, this.entries);
    this.changed(false);
    const { notices, told } = outcomesBetween(before, this.entries);
    for (const notice of notices) this.#listener.notify(notice);
    if (hasLostVote(before, this.entries)) this.#listener.doubtVotes();
    return told;
  }

  /** Answered actions that the outbox has forgotten before this state, being late, has come as far. */
  #lingering(all: readonly Entry[]): readonly Entry[] {
    const there = new Set(all.map(({ opId }) => opId));
    const gone = this.entries.filter(({ opId, status }) => status === "answered" && !there.has(opId));
    for (const entry of gone) {
      if (entry.answeredAt?.epoch !== this.replica.confirmed?.epoch) this.ledger.settle(entry, this.entries);
    }
    return gone.filter((entry) => !this.ledger.isSettled(entry));
  }

  find(ref: ItemRef): ShownItem | undefined {
    const { items } = this.view;
    if (typeof ref === "number") return items.find(({ id }) => id === ref);
    return items.find(({ key }) => key === keyOfAddition(ref.addedBy));
  }

  /** The track that the action is about. */
  titleOf(action: Action): string {
    if (action.kind === "add") return action.track.title;
    if (action.kind === "restore") return this.ledger.titleOf(action.item);
    const { items, playingKey } = this.view;
    const item =
      action.kind === "stop" ? items.find(({ key }) => key === playingKey) : this.find(action.item);
    return item?.track.title ?? "";
  }

  #apply(event: StreamEvent, step: () => void): void {
    const { replica, ledger, entries } = this;
    const shown = this.#view;
    const known = ledger.known(replica.confirmed?.items ?? [], entries);
    const isBack = ledger.isBack(event);
    const isStranger = ledger.isStrangerBack(event);
    ledger.applying(event, known.items, entries);
    step();
    ledger.sweep(replica.confirmed, entries);
    this.changed(true);
    if (isStranger) this.#listener.doubtVotes();
    else if (isBack && event.type === "track.added") this.#listener.returned(event.payload.id, event);
    this.#listener.notify({
      kind: "event",
      event,
      isOwn: ledger.isOwn(event),
      // Made only for whoever looks: events may come by the hundred.
      get before() {
        return show(known, shown).items;
      },
    });
  }

  #replaced(before: Confirmed | null, isHeal: boolean): void {
    const { confirmed } = this.replica;
    if (!confirmed) return;
    this.ledger.replaced(confirmed, before, this.entries);
    this.ledger.sweep(confirmed, this.entries);
    if (isHeal) this.#heals += 1;
    this.changed(true);
    this.#listener.doubtVotes();
    this.#listener.notify({ kind: isHeal ? "healed" : "snapshot" });
  }
}
