/**
 * The confirmed state: what the server says, at one moment of a stream.
 *
 * Takes frames in any order. Repeated events are ignored, early ones are held until those before them are here, and
 * `lack` says what is missing; asking for it is not done here. No timers, no sockets.
 */

import { digestOf } from "./digest.ts";
import { fold, inOrder } from "./fold.ts";
import type { AnyEvent, AnyFrame, Item, StreamEvent } from "./wire.ts";

export interface Confirmed<One = Item> {
  epoch: string;
  seq: number;
  items: readonly One[];
}

/** What a stream is about: of which items its state is made, and what events do to them. */
export interface StreamKind<One, Event> {
  snapshotType: AnyFrame["type"];
  /** Tells the items of a state apart. */
  keyOf(item: One): unknown;
  inOrder(items: readonly One[]): readonly One[];
  fold(items: readonly One[], event: Event): readonly One[];
  digestOf(items: readonly One[]): string;
}

/** A room's queue. */
const QUEUE: StreamKind<Item, StreamEvent> = {
  snapshotType: "playlist.snapshot",
  keyOf: (item) => item.id,
  inOrder,
  fold,
  digestOf,
};

export interface ReplicaListener<One = Item, Event = StreamEvent> {
  /** `step` takes the replica over the event; to be called exactly once. */
  apply(event: Event, step: () => void): void;
  /** A snapshot took the place of everything; `isHeal`: because the digests had differed. */
  replaced(before: Confirmed<One> | null, isHeal: boolean): void;
}

/** `events`: those after the confirmed state would do. `snapshot`: nothing less than the whole state does. */
export type Lack = "events" | "snapshot" | null;

// More early events than this are not worth holding: a snapshot is shorter.
const MAX_HELD = 500;

export class Replica<One = Item, Event extends AnyEvent = StreamEvent> {
  confirmed: Confirmed<One> | null = null;
  readonly #listener: ReplicaListener<One, Event>;
  readonly #kind: StreamKind<One, Event>;
  readonly #held = new Map<number, Event>();
  // The newest moment that the server has told of.
  #told: { epoch: string; seq: number } | null = null;
  // The state can't be trusted, or not be continued: only a snapshot helps.
  #isWrong = false;
  #hasOverflown = false;

  constructor(listener: ReplicaListener<One, Event>, kind = QUEUE as unknown as StreamKind<One, Event>) {
    this.#listener = listener;
    this.#kind = kind;
  }

  get lack(): Lack {
    const { confirmed } = this;
    if (confirmed === null || this.#isWrong || this.#hasOverflown) return "snapshot";
    if (this.#told === null || this.#told.epoch === confirmed.epoch) {
      return this.#told !== null && this.#told.seq > confirmed.seq ? "events" : null;
    }
    return "snapshot";
  }

  /** Whether the confirmed state is this moment or a later one, or will never come to it. */
  hasCome({ epoch, seq }: { epoch: string; seq: number }): boolean {
    return this.confirmed?.epoch !== epoch || this.confirmed.seq >= seq;
  }

  /** Begins with what this browser remembers. */
  remember(confirmed: Confirmed<One>): void {
    this.confirmed = confirmed;
  }

  receive(frame: AnyFrame): void {
    if (isEvent(frame)) this.#take(frame as Event);
    else if (frame.type === this.#kind.snapshotType) this.#replace(stateOf<One>(frame));
    else if (frame.type === "connection.established") this.#greeted(frame.payload);
    else if (frame.type === "heartbeat") this.#compare(frame.payload);
    else if (frame.type === "resumed") this.#tell(frame.payload);
  }

  /** The server has got this far. */
  #tell({ epoch, seq }: { epoch: string; seq: number }): void {
    const before = this.#told?.epoch === epoch ? this.#told.seq : 0;
    this.#told = { epoch, seq: Math.max(seq, before) };
  }

  /** A new connection says anew where the stream stands: after a restored backup it may be less than before. */
  #greeted({ epoch, seq }: { epoch: string; seq: number }): void {
    this.#told = { epoch, seq };
    this.#held.clear();
  }

  #take(event: Event): void {
    if (event.epoch !== this.#told?.epoch) this.#held.clear();
    this.#tell(event);
    if (event.epoch === this.confirmed?.epoch && event.seq <= this.confirmed.seq) return;
    if (this.#held.size >= MAX_HELD && !this.#follows(event)) {
      this.#held.clear();
      this.#hasOverflown = true;
      return;
    }
    this.#held.set(event.seq, event);
    this.#applyHeld();
  }

  #follows(event: Event): boolean {
    return event.epoch === this.confirmed?.epoch && event.seq === this.confirmed.seq + 1;
  }

  #applyHeld(): void {
    while (this.confirmed) {
      const { epoch, seq, items } = this.confirmed;
      const event = this.#held.get(seq + 1);
      if (event?.epoch !== epoch) return;
      this.#held.delete(seq + 1);
      this.#listener.apply(event, () => {
        this.confirmed = { epoch, seq: seq + 1, items: this.#kind.fold(items, event) };
      });
    }
  }

  #replace({ epoch, seq, items }: Confirmed<One>): void {
    const { confirmed } = this;
    if (confirmed?.epoch === epoch && seq < confirmed.seq) return;
    const isHeal = this.#isWrong && confirmed !== null;
    this.#isWrong = this.#hasOverflown = false;
    this.#tell({ epoch, seq });
    const known = recognised(confirmed?.items ?? [], items, this.#kind.keyOf);
    this.confirmed = { epoch, seq, items: this.#kind.inOrder(known) };
    for (const held of this.#held.values()) {
      if (held.epoch !== epoch || held.seq <= seq) this.#held.delete(held.seq);
    }
    this.#listener.replaced(confirmed, isHeal);
    this.#applyHeld();
  }

  #compare({ epoch, seq, digest }: { epoch: string; seq: number; digest: string }): void {
    this.#tell({ epoch, seq });
    const { confirmed } = this;
    if (confirmed?.epoch !== epoch || confirmed.seq !== seq) return;
    if (this.#kind.digestOf(confirmed.items) !== digest) this.#isWrong = true;
  }
}

/** Of a snapshot, whose type is that of the stream's kind. */
function stateOf<One>(frame: AnyFrame): Confirmed<One> {
  return (frame as unknown as { payload: Confirmed<One> }).payload;
}

/** What says the same as before stays the same object. */
function recognised<One>(
  before: readonly One[],
  after: readonly One[],
  keyOf: StreamKind<One, never>["keyOf"],
): One[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  return after.map((item) => {
    const old = known.get(keyOf(item));
    return old && JSON.stringify(old) === JSON.stringify(item) ? old : item;
  });
}

/** Also an event of a type that this client doesn't know. */
export function isEvent(frame: AnyFrame): frame is AnyEvent {
  return "epoch" in frame && "seq" in frame;
}
