/** What lies between a browser and the server: by itself quick and safe, by hand as bad as one likes. */

import type { Socket, SocketListener } from "../environment.ts";
import type { ClientMessage, RoomMessage } from "../messages.ts";
import type { ModelServer, Peer, ServerRequest, ServerResponse } from "./model_server.ts";
import type { Simulation } from "./simulation.ts";

const LATENCY_MS = 10;

type InTransit = RoomMessage | { close: number };

/** A pair of socket ends. The server's messages move automatically or, with `isByHand`, by the test. */
export class SocketPair {
  isByHand: boolean;
  /** On its way to the client, oldest first. */
  readonly toClient: InTransit[] = [];
  /** All messages of the client. */
  readonly said: ClientMessage[] = [];
  readonly url: string;
  isOpen = true;
  readonly #network: Network;
  readonly #listener: SocketListener;
  // Both ends still believe in it, and nothing passes any more.
  #isDead = false;
  readonly #serverEnd: Peer = {
    send: (message) => this.#push(message),
    close: (code) => this.#push({ close: code }),
  };

  constructor(network: Network, url: string, listener: SocketListener) {
    this.#network = network;
    this.#listener = listener;
    this.url = url;
    this.isByHand = network.isByHand;
    this.#later(() => {
      if (network.isDown) this.cut();
      else network.server.connect(this.#serverEnd, url);
    });
  }

  get clientEnd(): Socket {
    return {
      send: (text) => {
        const message = JSON.parse(text) as ClientMessage;
        this.said.push(message);
        this.#later(() => this.#network.server.receive(this.#serverEnd, message));
      },
      close: () => {
        this.isOpen = false;
        this.#network.server.gone(this.#serverEnd);
      },
    };
  }

  /** Moves what is on its way to the client. */
  deliver(count = this.toClient.length): void {
    for (const message of this.toClient.splice(0, count)) this.give(message);
  }

  /** The client receives this, whatever its sender. */
  give(message: InTransit): void {
    if (!this.isOpen || this.#isDead) return;
    if ("close" in message) this.#closed(message.close);
    else this.giveText(JSON.stringify(message));
  }

  giveText(text: string): void {
    this.#listener.received(text);
  }

  /** The connection breaks; messages in transit are lost. */
  cut(code = 1006): void {
    this.#network.server.gone(this.#serverEnd);
    this.toClient.length = 0;
    this.#closed(code);
  }

  /** The connection dies without being closed. */
  die(): void {
    this.#isDead = true;
    this.#network.server.gone(this.#serverEnd);
  }

  #push(message: InTransit): void {
    if (!this.isOpen || this.#isDead) return;
    this.toClient.push(message);
    if (!this.isByHand) this.#network.move(this);
  }

  #closed(code: number): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#listener.closed(code);
  }

  #later(then: () => void): void {
    this.#network.simulation.schedule(LATENCY_MS, () => {
      if (this.isOpen && !this.#isDead) then();
    });
  }
}

/** A request, from its sending to its response. */
export class PendingRequest {
  readonly ask: ServerRequest;
  /** The response, once the server has given it. */
  reply: ServerResponse | null = null;
  readonly network: Network;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (error: Error) => void;

  constructor(
    network: Network,
    ask: ServerRequest,
    resolve: (response: Response) => void,
    reject: (error: Error) => void,
  ) {
    this.network = network;
    this.ask = ask;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The server receives it and responds; the response is being sent. */
  arrive(): void {
    this.reply = this.network.server.handle(this.ask);
  }

  /** The response comes. */
  answer(reply = this.reply): void {
    if (!reply) throw new Error("The server hasn't answered yet.");
    this.#resolve(responseOf(reply));
  }

  /** It, or its response, is lost. */
  lose(): void {
    this.#reject(new TypeError("network"));
  }
}

/** As much of a Response as is looked at; a real one takes most of a test's time. */
function responseOf({ status, body, headers }: ServerResponse): Response {
  const text = status === 204 ? "" : JSON.stringify(body);
  const get = (name: string) => headers[name] ?? null;
  const ok = status >= 200 && status < 300;
  return { status, ok, headers: { get }, text: async () => text } as unknown as Response;
}

export class Network {
  readonly simulation: Simulation;
  readonly server: ModelServer;
  readonly #sockets = new Set<SocketPair>();
  /** Requests that wait for a hand. */
  readonly posts: PendingRequest[] = [];
  /** Whether new sockets move by hand. */
  isByHand = false;
  /** Whether requests wait for a hand. */
  isPostByHand = false;
  isDown = false;

  constructor(simulation: Simulation, server: ModelServer) {
    this.simulation = simulation;
    this.server = server;
  }

  connect(url: string, listener: SocketListener): SocketPair {
    const pair = new SocketPair(this, url, listener);
    for (const other of this.#sockets) if (!other.isOpen) this.#sockets.delete(other);
    this.#sockets.add(pair);
    return pair;
  }

  fetch(ask: ServerRequest, signal: AbortSignal | null | undefined): Promise<Response> {
    return new Promise((resolve, reject) => {
      const post = new PendingRequest(this, ask, resolve, reject);
      signal?.addEventListener("abort", () => post.lose());
      this.route(post);
    });
  }

  /** What becomes of a request. */
  route = (post: PendingRequest): void => {
    if (this.isPostByHand && post.ask.method !== "GET") this.posts.push(post);
    else this.carry(post);
  };

  /** What becomes of one more message on its way to a client. */
  move = (pair: SocketPair): void => {
    this.simulation.schedule(LATENCY_MS, () => pair.deliver(1));
  };

  carry(post: PendingRequest): void {
    this.simulation.schedule(LATENCY_MS, () => {
      if (this.isDown) {
        post.lose();
        return;
      }
      post.arrive();
      this.simulation.schedule(LATENCY_MS, () => (this.isDown ? post.lose() : post.answer()));
    });
  }

  /** Nothing passes, in either direction. */
  goDown(): void {
    this.isDown = true;
    for (const pair of this.#sockets) pair.cut();
  }

  /** The next request that waits for a hand. */
  next(): PendingRequest {
    const post = this.posts.shift();
    if (!post) throw new Error("Nothing has been sent.");
    return post;
  }
}
