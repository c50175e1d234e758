/** A track that plays in a music service's embedded player, which takes commands and reports by messages. */

import { fetchChartTrack } from "../api/charts.ts";
import type { ChartTrack, Embed } from "../generated/api.ts";

/** What the player's own buffering makes audible anyway is not corrected: each correction is a seek. */
const IGNORED_MS = 1_000;
/** A seek needs this long until the player reports the new position. */
const SETTLE_MS = 3_000;
/** A player that does not respond to its first message within this time is given up. */
const READY_MS = 15_000;
const GREET_MS = 250;
// What players need: their scripts and their own storage, and windows that lead to the service.
const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-presentation";

/** What a player reports. */
export interface Report {
  isReady?: boolean;
  isPlaying?: boolean;
  hasEnded?: boolean;
  positionMs?: number;
  problem?: string;
}

/** The messages of a service's player. */
export interface Protocol {
  name: string;
  url: (url: URL) => URL;
  greetings: () => unknown[];
  play: () => unknown;
  pause: () => unknown;
  seek: (milliseconds: number) => unknown;
  volume: (percent: number) => unknown;
  read: (message: Record<string, unknown>) => Report;
}

const youTubeCommand = (func: string, ...args: unknown[]) => ({ event: "command", func, args });
const soundCloudCommand = (method: string, value?: unknown) =>
  value === undefined ? { method } : { method, value };

/** Only services whose players report their position: others could not be kept at that of the room. */
export const PROTOCOLS: Record<string, Protocol> = {
  youtube: {
    name: "YouTube",
    url(url) {
      url.searchParams.set("enablejsapi", "1");
      url.searchParams.set("origin", location.origin);
      return url;
    },
    greetings: () => [
      { event: "listening", id: 1, channel: "widget" },
      youTubeCommand("addEventListener", "onError"),
    ],
    play: () => youTubeCommand("playVideo"),
    pause: () => youTubeCommand("pauseVideo"),
    seek: (milliseconds) => youTubeCommand("seekTo", milliseconds / 1000, true),
    volume: (percent) => youTubeCommand("setVolume", percent),
    read({ event, info }) {
      if (event === "onError") return { problem: `YouTube: ${String(info)}` };
      const report: Report = event === "onReady" || event === "initialDelivery" ? { isReady: true } : {};
      if (typeof info !== "object" || info === null) return report;
      const { currentTime, playerState } = info as Record<string, unknown>;
      if (typeof currentTime === "number") report.positionMs = currentTime * 1000;
      if (typeof playerState === "number") {
        report.isPlaying = playerState === 1;
        report.hasEnded = playerState === 0;
      }
      return report;
    },
  },
  soundcloud: {
    name: "SoundCloud",
    url: (url) => url,
    greetings: () =>
      ["ready", "play", "pause", "playProgress", "finish", "error"].map((name) =>
        soundCloudCommand("addEventListener", name),
      ),
    play: () => soundCloudCommand("play"),
    pause: () => soundCloudCommand("pause"),
    seek: (milliseconds) => soundCloudCommand("seekTo", Math.round(milliseconds)),
    volume: (percent) => soundCloudCommand("setVolume", percent),
    read({ method, value }) {
      if (method === "ready") return { isReady: true };
      if (method === "error") return { problem: "SoundCloud" };
      if (method === "pause") return { isPlaying: false };
      if (method === "finish") return { isPlaying: false, hasEnded: true };
      const position = (value as { currentPosition?: unknown } | null)?.currentPosition;
      if (method !== "play" && method !== "playProgress") return {};
      return {
        isPlaying: true,
        hasEnded: false,
        ...(typeof position === "number" ? { positionMs: position } : {}),
      };
    },
  },
};

/** The player of a recording; null if no service that can be controlled has it, or if the server allows none. */
export async function embedOf(isrc: string): Promise<EmbeddedPlayer | null> {
  const track: ChartTrack = await fetchChartTrack(isrc);
  if (track.is_sample) return null;
  for (const [service, protocol] of Object.entries(PROTOCOLS)) {
    const embed = track.services[service]?.embed;
    if (embed) return new EmbeddedPlayer(embed, protocol, track.name);
  }
  return null;
}

export class EmbeddedPlayer {
  readonly #frame = document.createElement("iframe");
  readonly #protocol: Protocol;
  readonly #origin: string;
  readonly #openedAt = performance.now();
  readonly #greeting: number;
  #isReady = false;
  #isPlaying = false;
  #hasEnded = false;
  #reportedMs = 0;
  #reportedAt = 0;
  #busyUntil = 0;
  #volume = -1;
  problem = "";

  constructor(embed: Embed, protocol: Protocol, title: string) {
    this.#protocol = protocol;
    const url = protocol.url(new URL(embed.url));
    this.#origin = url.origin;
    const frame = this.#frame;
    frame.className = "speaker-embed";
    frame.title = title;
    frame.setAttribute("sandbox", SANDBOX);
    frame.allow = embed.allow;
    frame.referrerPolicy = (embed.referrer_policy ?? "no-referrer") as ReferrerPolicy;
    frame.src = url.href;
    window.addEventListener("message", this.#received);
    // Its script may start long after the frame has loaded, and nothing says when.
    this.#greeting = window.setInterval(() => this.#greet(), GREET_MS);
    document.body.append(frame);
  }

  get service(): string {
    return this.#protocol.name;
  }

  /** By its last report. */
  get positionMs(): number {
    return this.#reportedMs + (this.#isPlaying ? performance.now() - this.#reportedAt : 0);
  }

  /** Plays from the position, or corrects where it is. Returns the deviation in milliseconds. */
  follow(positionMs: number): number {
    const isOver = this.#hasEnded && positionMs > this.#reportedMs - IGNORED_MS;
    if (!this.#isReady || isOver || performance.now() < this.#busyUntil) return 0;
    if (!this.#isPlaying) {
      this.#send(this.#protocol.seek(positionMs));
      this.#send(this.#protocol.play());
      this.#busyUntil = performance.now() + SETTLE_MS;
      return 0;
    }
    const deviation = this.positionMs - positionMs;
    if (Math.abs(deviation) > IGNORED_MS) {
      this.#send(this.#protocol.seek(positionMs));
      this.#busyUntil = performance.now() + SETTLE_MS;
    }
    return deviation;
  }

  /** Whether it is heard, or was to its end. */
  get isPlaying(): boolean {
    return this.#isPlaying || this.#hasEnded;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  pause(): void {
    if (this.#isPlaying) this.#send(this.#protocol.pause());
    this.#busyUntil = 0;
  }

  /** 0 to 1. */
  setVolume(volume: number): void {
    const percent = Math.round(volume * 100);
    if (!this.#isReady || percent === this.#volume) return;
    this.#volume = percent;
    this.#send(this.#protocol.volume(percent));
  }

  close(): void {
    window.clearInterval(this.#greeting);
    window.removeEventListener("message", this.#received);
    this.#frame.remove();
  }

  #greet(): void {
    if (this.#isReady) window.clearInterval(this.#greeting);
    else if (performance.now() - this.#openedAt > READY_MS) this.#fail(`${this.#origin} does not respond.`);
    else for (const greeting of this.#protocol.greetings()) this.#send(greeting);
  }

  #fail(problem: string): void {
    this.problem = problem;
    this.close();
  }

  #send(message: unknown): void {
    this.#frame.contentWindow?.postMessage(JSON.stringify(message), this.#origin);
  }

  readonly #received = ({ source, origin, data }: MessageEvent): void => {
    if (source !== this.#frame.contentWindow || origin !== this.#origin || typeof data !== "string") return;
    const report = this.#protocol.read(parsed(data));
    if (report.problem) this.#fail(report.problem);
    this.#isReady ||= report.isReady ?? false;
    this.#isPlaying = report.isPlaying ?? this.#isPlaying;
    this.#hasEnded = report.hasEnded ?? this.#hasEnded;
    if (report.positionMs !== undefined) {
      this.#reportedMs = report.positionMs;
      this.#reportedAt = performance.now();
    }
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
