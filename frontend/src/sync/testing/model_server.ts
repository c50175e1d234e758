/** A small model of the server as the contract describes it: writes with their keys, and sockets. */

import type { ClientMessage, RoomMessage, StreamEvent } from "../messages.ts";
import { ModelRoom, Rejected, type Wanted } from "./model_room.ts";
import type { Simulation } from "./simulation.ts";

export interface ServerRequest {
  caller: string;
  method: string;
  /** Relative to the server's URL. */
  path: string;
  body: string | null;
  key: string | null;
}

export interface ServerResponse {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

/** One end of a socket. */
export interface Peer {
  send(message: RoomMessage): void;
  close(code: number): void;
}

const HEARTBEAT_SECONDS = 25;
const KEPT_MS = 24 * 3_600_000;
const MAX_RESUMED = 500;
const AT = /^\/api\/rooms\/([^/]+)\/playlist\/(?:(\d+)\/)?(?:(vote|play|restore|stop|my-votes)\/)?$/;

export class ModelServer {
  readonly rooms = new Map<string, ModelRoom>();
  /** Writes that were done, in order; a repeat isn't among them. */
  readonly done: { key: string; room: string; caller: string }[] = [];
  readonly refused: { key: string; code: string }[] = [];
  /** What no client may ever do. */
  readonly violations: string[] = [];
  /** Called instead of answering, when it gives something. */
  trouble: (ask: ServerRequest) => ServerResponse | null = () => null;
  readonly #simulation: Simulation;
  readonly #kept = new Map<string, { fingerprint: string; reply: ServerResponse; at: number }>();
  readonly #peers = new Map<Peer, ModelRoom>();
  readonly #beats = new Map<ModelRoom, () => void>();
  #lastId = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.open("main");
  }

  get main(): ModelRoom {
    return this.rooms.get("main") as ModelRoom;
  }

  open(slug: string): ModelRoom {
    const now = () => new Date(this.#simulation.now).toISOString();
    const room: ModelRoom = new ModelRoom(
      slug,
      () => ++this.#lastId,
      now,
      (event) => this.#tell(room, event),
    );
    this.rooms.set(slug, room);
    this.#beatLater(room);
    return room;
  }

  /** Deletes the room. */
  end(slug: string): void {
    const room = this.rooms.get(slug);
    this.rooms.delete(slug);
    for (const [peer, joined] of this.#peers) if (joined === room) this.#close(peer, 4404);
  }

  /** Ends every connection, as a server does that stops. */
  restart(code: number): void {
    for (const peer of [...this.#peers.keys()]) this.#close(peer, code);
  }

  /** As after a restored backup: the same room under another incarnation. */
  renew(room: ModelRoom, epoch: string): void {
    room.epoch = epoch;
    room.first = room.seq + 1;
    room.log = [];
    for (const [peer, joined] of this.#peers) if (joined === room) this.#sendSnapshot(peer, room);
  }

  /** What only the log's keeper does. */
  trim(room: ModelRoom): void {
    room.first = room.seq + 1;
    room.log = [];
  }

  // --- Writes -------------------------------------------------------------------------------------------

  handle(ask: ServerRequest): ServerResponse {
    const trouble = this.trouble(ask);
    if (trouble) return trouble;
    if (ask.method === "GET") return this.#ownVotes(ask);
    const name = `${ask.caller} ${ask.key}`;
    const fingerprint = [ask.method, ask.path, ask.body].join("\n");
    const kept = this.#kept.get(name);
    if (kept && this.#simulation.now - kept.at < KEPT_MS) {
      if (kept.fingerprint !== fingerprint) {
        this.violations.push(`${ask.key} asked for ${kept.fingerprint}, then for ${fingerprint}`);
        return errorResponse(422, "IDEMPOTENCY_KEY_REUSED");
      }
      return { ...kept.reply, headers: { ...kept.reply.headers, "Idempotency-Replayed": "true" } };
    }
    const reply = this.#done(ask);
    const isKept = reply.status < 300 || [403, 404, 409].includes(reply.status);
    if (isKept) this.#kept.set(name, { fingerprint, reply, at: this.#simulation.now });
    return reply;
  }

  #done(ask: ServerRequest): ServerResponse {
    const key = ask.key ?? "";
    const room = this.rooms.get(AT.exec(ask.path)?.[1] ?? "");
    try {
      if (!room) throw new Rejected(404, "NOT_FOUND");
      room.opId = ask.key;
      const body = this.#act(room, ask);
      this.done.push({ key, room: room.slug, caller: ask.caller });
      const headers = { "X-Stream-Epoch": room.epoch, "X-Stream-Seq": String(room.seq) };
      return { status: ask.method === "DELETE" ? 204 : 200, body, headers };
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      this.refused.push({ key, code: error.code });
      return errorResponse(error.status, error.code, error.details);
    } finally {
      if (room) room.opId = null;
    }
  }

  #act(room: ModelRoom, { method, path, body, caller }: ServerRequest): unknown {
    const [, , number, verb] = AT.exec(path) ?? [];
    const given = JSON.parse(body ?? "{}") as Wanted & Record<string, number> & { added_by?: string };
    if (verb === "stop") {
      room.stop();
      return { status: "stopped" };
    }
    if (number === undefined) return room.add(given["track_id"] as number, given.added_by ?? caller, given);
    const id = Number(number);
    if (method === "PATCH") return room.move(id, given);
    if (method === "DELETE") return room.remove(id) ?? null;
    if (verb === "play") return room.play(id);
    if (verb === "restore") return room.restore(id);
    const value = given["value"] as number;
    return { ...room.vote(id, caller, value), my_vote: value };
  }

  #ownVotes({ path, caller }: ServerRequest): ServerResponse {
    const room = this.rooms.get(AT.exec(path)?.[1] ?? "");
    if (!room) return errorResponse(404, "NOT_FOUND");
    const headers = { "X-Stream-Epoch": room.epoch, "X-Stream-Seq": String(room.seq) };
    return { status: 200, body: this.votesOf(room, caller), headers };
  }

  votesOf(room: ModelRoom, caller: string): Record<string, number> {
    const own = [...room.votes].map(([id, votes]) => [id, votes.get(caller) ?? 0] as const);
    return Object.fromEntries(own.filter(([, value]) => value !== 0));
  }

  // --- Sockets ------------------------------------------------------------------------------------------

  connect(peer: Peer, url: string): void {
    const { pathname, searchParams } = new URL(url);
    const room = this.rooms.get(pathname.split("/")[3] ?? "");
    if (!room) {
      peer.close(4404);
      return;
    }
    this.#peers.set(peer, room);
    const { slug, epoch, seq } = room;
    const payload = { room: slug, epoch, seq, heartbeat_seconds: HEARTBEAT_SECONDS };
    peer.send({ type: "connection.established", message: "", payload });
    const asked = searchParams.get("epoch");
    if (asked !== null) this.#resume(peer, room, asked, Number(searchParams.get("since")));
  }

  gone(peer: Peer): void {
    this.#peers.delete(peer);
  }

  receive(peer: Peer, message: ClientMessage): void {
    const room = this.#peers.get(peer);
    if (!room) return;
    if (message.type === "ping") {
      const server_ts = new Date(this.#simulation.now).toISOString();
      peer.send({ type: "pong", ts: message.ts, server_ts, seq: room.seq });
    } else if (message.type === "resume") this.#resume(peer, room, message.epoch, message.since);
    else if (message.type === "snapshot") this.#sendSnapshot(peer, room);
    else if (message.type === "identify")
      peer.send({
        type: "identified",
        payload: "access" in message ? { user_id: 1 } : { guest_id: message.guest_token },
      });
  }

  #resume(peer: Peer, room: ModelRoom, epoch: string, since: number): void {
    const missed = room.log.filter(({ seq }) => seq > since);
    const isThere = epoch === room.epoch && since >= room.first - 1 && since <= room.seq;
    const recovered = isThere && missed.length <= MAX_RESUMED;
    if (recovered) for (const event of missed) peer.send(event);
    else this.#sendSnapshot(peer, room);
    peer.send({ type: "resumed", payload: { epoch: room.epoch, seq: room.seq, recovered } });
  }

  #sendSnapshot(peer: Peer, { epoch, seq, items }: ModelRoom): void {
    peer.send({ type: "playlist.snapshot", payload: { epoch, seq, items } });
  }

  #tell(room: ModelRoom, event: StreamEvent): void {
    for (const [peer, joined] of this.#peers) if (joined === room) peer.send(event);
    this.#beatLater(room);
  }

  #beatLater(room: ModelRoom): void {
    this.#beats.get(room)?.();
    const beat = () => {
      const { epoch, seq, digest } = room;
      for (const [peer, joined] of this.#peers) {
        if (joined === room) peer.send({ type: "heartbeat", payload: { epoch, seq, digest } });
      }
      this.#beatLater(room);
    };
    this.#beats.set(room, this.#simulation.schedule(HEARTBEAT_SECONDS * 1000, beat));
  }

  #close(peer: Peer, code: number): void {
    this.#peers.delete(peer);
    peer.close(code);
  }
}

export function errorResponse(
  status: number,
  code: string,
  details: Record<string, unknown> = {},
): ServerResponse {
  return { status, body: { error: { code, message: code, details } }, headers: {} };
}
