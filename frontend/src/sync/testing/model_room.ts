/** A small model of a room as the contract describes it: the queue, its votes, its log; and random actions on it. */

import { createHash } from "node:crypto";
import type { Item, StreamEvent, Track } from "../messages.ts";
import type { Simulation } from "./simulation.ts";

// Far more than of real numbers, so that a queue is renumbered now and then.
const FINEST = 2 ** -8;

interface Removed {
  item: Item;
  votes: Map<string, number>;
  after: number | null;
}

export class Rejected extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;

  constructor(status: number, code: string, details: Record<string, unknown> = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export function trackOf(id: number): Track {
  return {
    id,
    title: `Track ${id}`,
    artist: "Ada",
    album: "",
    duration_seconds: 60,
    duration_formatted: "1:00",
    genre: "",
    cover_url: null,
    isrc: null,
    created_at: "2025-12-04T10:00:00Z",
    has_audio: false,
    explicit: null,
  };
}

export interface Wanted {
  after?: number;
  before?: number;
}

export class ModelRoom {
  epoch = "e1";
  log: StreamEvent[] = [];
  // Of an earlier epoch's events nothing is left, but numbers may go on from there.
  first = 1;
  items: Item[] = [];
  maxItems = 1000;
  readonly slug: string;
  readonly votes = new Map<number, Map<string, number>>();
  readonly removed = new Map<number, Removed>();
  readonly #tell: (event: StreamEvent) => void;
  readonly #nextId: () => number;
  readonly #now: () => string;
  opId: string | null = null;

  constructor(slug: string, nextId: () => number, now: () => string, tell: (event: StreamEvent) => void) {
    this.slug = slug;
    this.#nextId = nextId;
    this.#now = now;
    this.#tell = tell;
  }

  get seq(): number {
    return this.first + this.log.length - 1;
  }

  get digest(): string {
    const text = this.items.map((item) => `${item.id}:${item.votes}:${item.is_playing ? 1 : 0}`).join(";");
    return createHash("sha256").update(text).digest("hex").slice(0, 16);
  }

  item(id: number): Item {
    const item = this.items.find((one) => one.id === id);
    if (!item) throw new Rejected(404, "NOT_FOUND");
    return item;
  }

  add(trackId: number, addedBy: string, wanted: Wanted): Item {
    const queued = this.items.find(({ track_id }) => track_id === trackId);
    if (queued) throw new Rejected(409, "DUPLICATE_TRACK", { track_id: trackId, item_id: queued.id });
    if (this.items.length >= this.maxItems) throw new Rejected(409, "QUEUE_FULL");
    const position = this.#positionFor(this.#indexFor(wanted, null), null);
    const item = { id: this.#nextId(), track: trackOf(trackId), track_id: trackId, position, votes: 0 };
    return this.#insert({
      ...item,
      added_by: addedBy,
      is_playing: false,
      added_at: this.#now(),
      played_at: null,
    });
  }

  move(id: number, wanted: Wanted): Item {
    const item = this.item(id);
    const at = this.items.indexOf(item);
    const index = this.#indexFor(wanted, id);
    if (index === at) return item;
    const position = this.#positionFor(index, id);
    return this.#change("track.moved", { ...this.item(id), position });
  }

  vote(id: number, voter: string, value: number): Item {
    const item = this.item(id);
    const votes = this.votes.get(id) ?? new Map<string, number>();
    if ((votes.get(voter) ?? 0) === value) return item;
    this.votes.set(id, new Map(votes).set(voter, value));
    const sum = [...(this.votes.get(id) ?? [])].reduce((all, [, one]) => all + one, 0);
    return this.#change("track.voted", { ...item, votes: sum });
  }

  play(id: number): Item {
    const item = this.item(id);
    if (item.is_playing) return item;
    this.items = this.items.map((one) => ({ ...one, is_playing: false }));
    return this.#change("track.playing", { ...item, is_playing: true, played_at: this.#now() });
  }

  stop(): void {
    const playing = this.items.find(({ is_playing }) => is_playing);
    if (!playing) return;
    this.items = this.items.map((one) => ({ ...one, is_playing: false }));
    this.#append("track.playing", { id: null, is_playing: false, stopped_id: playing.id });
  }

  remove(id: number): void {
    const item = this.item(id);
    if (item.is_playing) this.stop();
    const index = this.items.findIndex((one) => one.id === id);
    const votes = this.votes.get(id) ?? new Map();
    this.removed.set(id, {
      item: { ...item, is_playing: false },
      votes,
      after: this.items[index - 1]?.id ?? null,
    });
    this.votes.delete(id);
    this.items = this.items.filter((one) => one.id !== id);
    this.#append("track.removed", { id, track_id: item.track_id });
  }

  restore(id: number): Item {
    const there = this.items.find((one) => one.id === id);
    if (there) return there;
    const removed = this.removed.get(id);
    if (!removed) throw new Rejected(404, "NOT_FOUND");
    if (this.items.some(({ track_id }) => track_id === removed.item.track_id)) {
      throw new Rejected(409, "DUPLICATE_TRACK");
    }
    this.votes.set(id, removed.votes);
    const position = this.#positionFor(this.#behindGone(id, null), null);
    return this.#insert({ ...removed.item, position });
  }

  #insert(item: Item): Item {
    this.items = [...this.items, item].sort((one, other) => one.position - other.position);
    this.#append("track.added", item);
    this.#renumberIfTight();
    return this.item(item.id);
  }

  #change(type: "track.moved" | "track.voted" | "track.playing", item: Item): Item {
    this.items = this.items.map((one) => (one.id === item.id ? item : one));
    this.items.sort((one, other) => one.position - other.position);
    this.#append(type, item);
    this.#renumberIfTight();
    return this.item(item.id);
  }

  #others(moving: number | null): Item[] {
    return this.items.filter(({ id }) => id !== moving);
  }

  /** Between the others, as an index among them. */
  #indexFor({ after, before }: Wanted, moving: number | null): number {
    const others = this.#others(moving);
    const neighbour = after ?? before;
    if (neighbour === undefined) return others.length;
    if (neighbour === moving) return this.items.findIndex(({ id }) => id === moving);
    const index = others.findIndex(({ id }) => id === neighbour);
    if (index >= 0) return after === undefined ? index : index + 1;
    if (!this.removed.has(neighbour)) throw new Rejected(400, "VALIDATION_ERROR");
    return this.#behindGone(neighbour, moving);
  }

  #behindGone(gone: number, moving: number | null): number {
    const others = this.#others(moving);
    const seen = new Set<number>();
    let wanted: number | null = gone;
    while (wanted !== null && !seen.has(wanted)) {
      seen.add(wanted);
      const removed = this.removed.get(wanted);
      if (!removed) return others.length;
      wanted = removed.after;
      if (wanted !== null && wanted === moving) return this.items.findIndex(({ id }) => id === moving);
      const index = others.findIndex(({ id }) => id === wanted);
      if (index >= 0) return index + 1;
    }
    return 0;
  }

  #positionFor(index: number, moving: number | null): number {
    const others = this.#others(moving);
    const [before, after] = [others[index - 1]?.position, others[index]?.position];
    if (before === undefined) return after === undefined ? 1 : after - 1;
    return after === undefined ? before + 1 : (before + after) / 2;
  }

  #renumberIfTight(): void {
    const gaps = this.items.map((item, at) => item.position - (this.items[at - 1]?.position ?? -Infinity));
    if (Math.min(...gaps) >= FINEST) return;
    this.items = this.items.map((item, at) => ({ ...item, position: at + 1 }));
    const items = this.items.map(({ id, position }) => ({ id, position }));
    this.#append("playlist.reordered", { items });
  }

  #append(type: StreamEvent["type"], payload: unknown): void {
    const { slug, epoch, opId } = this;
    const event = { type, payload, room: slug, epoch, seq: this.seq + 1, ts: this.#now(), op_id: opId };
    this.log.push(event as StreamEvent);
    this.#tell(event as StreamEvent);
  }
}

export function performRandomAction(
  room: ModelRoom,
  simulation: Simulation,
  { tracks = 12, who = "cem" } = {},
): void {
  const anyItem = () => (room.items.length > 0 ? simulation.pick(room.items).id : 0);
  const doings = [
    () => room.add(1 + Math.floor(simulation.random() * tracks), who, {}),
    () => room.add(1 + Math.floor(simulation.random() * tracks), who, { before: anyItem() }),
    () => room.move(anyItem(), { before: anyItem() }),
    () => room.move(anyItem(), { after: anyItem() }),
    () => room.vote(anyItem(), who, simulation.pick([-1, 0, 1])),
    () => room.play(anyItem()),
    () => room.stop(),
    () => room.remove(anyItem()),
    () => room.restore(simulation.pick([0, ...room.removed.keys()])),
  ];
  try {
    simulation.pick(doings)();
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
  }
}
