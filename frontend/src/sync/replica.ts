/**
 * The confirmed state: the server's state at one position of a stream.
 *
 * Accepts messages in any order. Repeated events are ignored, early ones are buffered until those before them have
 * arrived, and `gap` is what is missing; requesting it is done elsewhere. No timers, no sockets.
 */

import { digestOf, fold, inOrder } from "./fold.ts";
import type { AnyEvent, AnyMessage, Item, StreamEvent } from "./messages.ts";

export interface Confirmed<One = Item> {
  epoch: string;
  seq: number;
  items: readonly One[];
}

/** What a stream is about: of which items its state is made, and what events do to them. */
export interface StreamType<One, Event> {
  snapshotType: AnyMessage["type"];
  /** Unique within a state. */
  keyOf(item: One): unknown;
  inOrder(items: readonly One[]): readonly One[];
  fold(items: readonly One[], event: Event): readonly One[];
  digestOf(items: readonly One[]): string;
}

/** A room's queue. */
const QUEUE: StreamType<Item, StreamEvent> = {
  snapshotType: "playlist.snapshot",
  keyOf: (item) => item.id,
  inOrder,
  fold,
  digestOf,
};

export interface ReplicaListener<One = Item, Event = StreamEvent> {
  /** `step` takes the replica over the event; to be called exactly once. */
  apply(event: Event, step: () => void): void;
  /** A snapshot took the place of everything; `isResync`: because the digests had differed. */
  replaced(before: Confirmed<One> | null, isResync: boolean): void;
}

/** `events`: those after the confirmed state would do. `snapshot`: nothing less than the whole state does. */
export type Gap = "events" | "snapshot" | null;

// More early events than this are not worth holding: a snapshot is shorter.
const MAX_BUFFERED = 500;

export class Replica<One = Item, Event extends AnyEvent = StreamEvent> {
  confirmed: Confirmed<One> | null = null;
  readonly #listener: ReplicaListener<One, Event>;
  readonly #kind: StreamType<One, Event>;
  readonly #buffered = new Map<number, Event>();
  // The newest position that the server has announced.
  #announced: { epoch: string; seq: number } | null = null;
  // The state can't be trusted, or not be continued: only a snapshot helps.
  #isWrong = false;
  #hasOverflown = false;

  constructor(listener: ReplicaListener<One, Event>, kind = QUEUE as unknown as StreamType<One, Event>) {
    this.#listener = listener;
    this.#kind = kind;
  }

  get gap(): Gap {
    const { confirmed } = this;
    if (confirmed === null || this.#isWrong || this.#hasOverflown) return "snapshot";
    if (this.#announced === null || this.#announced.epoch === confirmed.epoch) {
      return this.#announced !== null && this.#announced.seq > confirmed.seq ? "events" : null;
    }
    return "snapshot";
  }

  /** Whether the confirmed state is this moment or a later one, or will never come to it. */
  hasCome({ epoch, seq }: { epoch: string; seq: number }): boolean {
    return this.confirmed?.epoch !== epoch || this.confirmed.seq >= seq;
  }

  /** Starts with the stored state. */
  restore(confirmed: Confirmed<One>): void {
    this.confirmed = confirmed;
  }

  receive(message: AnyMessage): void {
    if (isEvent(message)) this.#take(message as Event);
    else if (message.type === this.#kind.snapshotType) this.#replace(stateOf<One>(message));
    else if (message.type === "connection.established") this.#greeted(message.payload);
    else if (message.type === "heartbeat") this.#compare(message.payload);
    else if (message.type === "resumed") this.#noteAnnounced(message.payload);
  }

  /** The server has got this far. */
  #noteAnnounced({ epoch, seq }: { epoch: string; seq: number }): void {
    const before = this.#announced?.epoch === epoch ? this.#announced.seq : 0;
    this.#announced = { epoch, seq: Math.max(seq, before) };
  }

  /** A new connection announces the position of the stream: after a restored backup it may be lower than before. */
  #greeted({ epoch, seq }: { epoch: string; seq: number }): void {
    this.#announced = { epoch, seq };
    this.#buffered.clear();
  }

  #take(event: Event): void {
    if (event.epoch !== this.#announced?.epoch) this.#buffered.clear();
    this.#noteAnnounced(event);
    if (event.epoch === this.confirmed?.epoch && event.seq <= this.confirmed.seq) return;
    if (this.#buffered.size >= MAX_BUFFERED && !this.#follows(event)) {
      this.#buffered.clear();
      this.#hasOverflown = true;
      return;
    }
    this.#buffered.set(event.seq, event);
    this.#applyBuffered();
  }

  #follows(event: Event): boolean {
    return event.epoch === this.confirmed?.epoch && event.seq === this.confirmed.seq + 1;
  }

  #applyBuffered(): void {
    while (this.confirmed) {
      const { epoch, seq, items } = this.confirmed;
      const event = this.#buffered.get(seq + 1);
      if (event?.epoch !== epoch) return;
      this.#buffered.delete(seq + 1);
      this.#listener.apply(event, () => {
        this.confirmed = { epoch, seq: seq + 1, items: this.#kind.fold(items, event) };
      });
    }
  }

  #replace({ epoch, seq, items }: Confirmed<One>): void {
    const { confirmed } = this;
    if (confirmed?.epoch === epoch && seq < confirmed.seq) return;
    const isResync = this.#isWrong && confirmed !== null;
    this.#isWrong = this.#hasOverflown = false;
    this.#noteAnnounced({ epoch, seq });
    const known = reusedItems(confirmed?.items ?? [], items, this.#kind.keyOf);
    this.confirmed = { epoch, seq, items: this.#kind.inOrder(known) };
    for (const buffered of this.#buffered.values()) {
      if (buffered.epoch !== epoch || buffered.seq <= seq) this.#buffered.delete(buffered.seq);
    }
    this.#listener.replaced(confirmed, isResync);
    this.#applyBuffered();
  }

  #compare({ epoch, seq, digest }: { epoch: string; seq: number; digest: string }): void {
    this.#noteAnnounced({ epoch, seq });
    const { confirmed } = this;
    if (confirmed?.epoch !== epoch || confirmed.seq !== seq) return;
    if (this.#kind.digestOf(confirmed.items) !== digest) this.#isWrong = true;
  }
}

/** Of a snapshot, whose type is that of the stream's kind. */
function stateOf<One>(message: AnyMessage): Confirmed<One> {
  return (message as unknown as { payload: Confirmed<One> }).payload;
}

/** Items that equal the earlier ones stay the same objects. */
function reusedItems<One>(
  before: readonly One[],
  after: readonly One[],
  keyOf: StreamType<One, never>["keyOf"],
): One[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  return after.map((item) => {
    const old = known.get(keyOf(item));
    return old && JSON.stringify(old) === JSON.stringify(item) ? old : item;
  });
}

/** Also an event of a type that this client doesn't know. */
export function isEvent(message: AnyMessage): message is AnyEvent {
  return "epoch" in message && "seq" in message;
}
