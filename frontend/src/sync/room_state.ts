/** What is known of a room: the confirmed state, the user's pending actions, their results, and the view. No I/O. */

import { type Action, type ItemRef, isSameItem, type Vote } from "./actions.ts";
import type { StreamPosition } from "./http_requests.ts";
import type { AnyMessage, StreamEvent } from "./messages.ts";
import { keyOfAddition, shownItems } from "./optimistic_updates.ts";
import type { Entry } from "./outbox_state.ts";
import { PendingActions } from "./pending_actions.ts";
import { type Confirmed, isEvent, Replica } from "./replica.ts";
import {
  type ConnectionState,
  emptyView,
  type Notice,
  nextView,
  type RoomView,
  type ShownItem,
} from "./view.ts";

export interface OutcomeNotices {
  notices: readonly Notice[];
  /** The rejections among them: no other tab needs to report these. */
  reported: ReadonlySet<string>;
}

/**
 * Every tab that knew an action reports its end. A rejection that was not reported, because its tab was closed, is
 * reported by the next tab that reads it.
 */
export function outcomeNotices(before: readonly Entry[], after: readonly Entry[]): OutcomeNotices {
  const known = new Map(before.map((entry) => [entry.opId, entry]));
  const notices: Notice[] = [];
  const reported = new Set<string>();
  for (const entry of after) {
    const old = known.get(entry.opId);
    const { outcome } = entry;
    if (outcome === null || old?.outcome) continue;
    if (outcome.kind === "rejected" && (old || !outcome.isReported)) {
      const { code, message, details } = outcome;
      notices.push({ kind: "rejected", rejection: { stored: entry, code, message, details } });
      reported.add(entry.opId);
    } else if (outcome.kind === "done" && old) {
      notices.push({ kind: "done", stored: entry, itemId: outcome.itemId });
    }
  }
  return { notices, reported };
}

/** Whether a vote has left the outbox without its end having been seen here, as while this tab was frozen. */
export function hasLostVote(before: readonly Entry[], after: readonly Entry[]): boolean {
  return before.some(({ opId, action, status }) => {
    if (action.kind !== "vote" || status !== "waiting") return false;
    const isThere = after.some((entry) => entry.opId === opId || isVoteOn(entry, action.item));
    return !isThere;
  });
}

/** One that took the place of another, for example. */
function isVoteOn({ action }: Entry, item: ItemRef): boolean {
  return action.kind === "vote" && isSameItem(action.item, item);
}

export interface RoomStateListener {
  /** The view is another. `isConfirmed`: because the server has reported something. */
  changed(isConfirmed: boolean): void;
  notify(notice: Notice): void;
  /** The user's own vote on this item is another, since that moment. */
  voted(itemId: number, at: StreamPosition | null): void;
  /** This item is back, since that moment: a response that is on its way may have left it out. */
  returned(itemId: number, at: StreamPosition): void;
  /** What is known of the user's own votes may be wrong. */
  invalidateVotes(): void;
}

export class RoomState {
  readonly replica: Replica;
  readonly pendingActions: PendingActions;
  readonly #room: string;
  readonly #listener: RoomStateListener;
  /** Those of this room, in order. */
  entries: readonly Entry[] = [];
  /** Those of all rooms that are too old to be sent. */
  #stale: readonly Entry[] = [];
  #connection: ConnectionState;
  #view: RoomView;
  #isViewOld = false;
  #resyncs = 0;

  constructor(room: string, listener: RoomStateListener) {
    this.#room = room;
    this.#listener = listener;
    this.#view = emptyView(room);
    this.#connection = this.#view.connection;
    this.pendingActions = new PendingActions((itemId, at) => listener.voted(itemId, at));
    this.replica = new Replica({
      apply: (event, step) => this.#apply(event, step),
      replaced: (before, isResync) => this.#replaced(before, isResync),
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
        pendingActions: this.pendingActions,
        resyncs: this.#resyncs,
      });
    }
    return this.#view;
  }

  connectionChanged(connection: ConnectionState): void {
    this.#connection = connection;
    this.changed(false);
  }

  changed(isConfirmed: boolean): void {
    this.#isViewOld = true;
    this.#listener.changed(isConfirmed);
  }

  /** Starts with the stored state. */
  restore(confirmed: Confirmed, ownVotes: Iterable<readonly [number, Vote]>): void {
    this.replica.restore(confirmed);
    this.pendingActions.restore(confirmed.items, ownVotes, this.entries);
    this.pendingActions.sweep(confirmed, this.entries);
    this.changed(false);
  }

  /**
   * A message from the server. Each one but an event and a snapshot repeats the server's epoch, which matters to a new
   * tab: its stored state may be of that epoch already, and the outbox still hold actions of the epoch before.
   */
  receive(message: AnyMessage): void {
    const { replica, pendingActions, entries } = this;
    replica.receive(message);
    const epoch = "payload" in message && (message.payload as { epoch?: string }).epoch;
    if (isEvent(message) || !epoch || epoch !== replica.confirmed?.epoch) return;
    if (pendingActions.settleOtherEpochs(epoch, entries)) this.changed(true);
  }

  /** The outbox of this browser has changed. Returns the op ids of the rejections that were reported now. */
  outboxChanged(all: readonly Entry[]): ReadonlySet<string> {
    const before = this.entries;
    this.entries = [...this.#lingering(all), ...all.filter(({ room }) => room === this.#room)];
    this.#stale = all.filter(({ status, outcome }) => status === "stale" && outcome === null);
    this.pendingActions.track(this.entries);
    this.pendingActions.sweep(this.replica.confirmed, this.entries);
    this.changed(false);
    const { notices, reported } = outcomeNotices(before, this.entries);
    for (const notice of notices) this.#listener.notify(notice);
    if (hasLostVote(before, this.entries)) this.#listener.invalidateVotes();
    return reported;
  }

  /** Answered actions that were deleted from the outbox before this late state has reached their position. */
  #lingering(all: readonly Entry[]): readonly Entry[] {
    const there = new Set(all.map(({ opId }) => opId));
    const gone = this.entries.filter(({ opId, status }) => status === "answered" && !there.has(opId));
    for (const entry of gone) {
      if (entry.answeredAt?.epoch !== this.replica.confirmed?.epoch)
        this.pendingActions.settle(entry, this.entries);
    }
    return gone.filter((entry) => !this.pendingActions.isSettled(entry));
  }

  find(ref: ItemRef): ShownItem | undefined {
    const { items } = this.view;
    if (typeof ref === "number") return items.find(({ id }) => id === ref);
    return items.find(({ key }) => key === keyOfAddition(ref.addedBy));
  }

  /** The track that the action is about. */
  titleOf(action: Action): string {
    if (action.kind === "add") return action.track.title;
    if (action.kind === "restore") return this.pendingActions.titleOf(action.item);
    const { items, playingKey } = this.view;
    const item =
      action.kind === "stop" ? items.find(({ key }) => key === playingKey) : this.find(action.item);
    return item?.track.title ?? "";
  }

  #apply(event: StreamEvent, step: () => void): void {
    const { replica, pendingActions, entries } = this;
    const shown = this.#view;
    const known = pendingActions.known(replica.confirmed?.items ?? [], entries);
    const isBack = pendingActions.isBack(event);
    const isUnknown = pendingActions.isUnknownBack(event);
    pendingActions.applying(event, known.items, entries);
    step();
    pendingActions.sweep(replica.confirmed, entries);
    this.changed(true);
    if (isUnknown) this.#listener.invalidateVotes();
    else if (isBack && event.type === "track.added") this.#listener.returned(event.payload.id, event);
    this.#listener.notify({
      kind: "event",
      event,
      isOwn: pendingActions.isOwn(event),
      // Computed only if it is read: events may come by the hundred.
      get before() {
        return shownItems(known, shown).items;
      },
    });
  }

  #replaced(before: Confirmed | null, isResync: boolean): void {
    const { confirmed } = this.replica;
    if (!confirmed) return;
    this.pendingActions.replaced(confirmed, before, this.entries);
    this.pendingActions.sweep(confirmed, this.entries);
    if (isResync) this.#resyncs += 1;
    this.changed(true);
    this.#listener.invalidateVotes();
    this.#listener.notify({ kind: isResync ? "resynced" : "snapshot" });
  }
}
