/** This browser as a speaker of the room: follows the server's clock, and goes on while there is no connection. */

import { computed, effect, signal } from "@preact/signals";
import { ApiError, apiBase } from "../api/http.ts";
import { fetchAudio, type Player } from "../api/player.ts";
import type { Item, RoomMessage, SpeakerReportMessage } from "../sync/index.ts";
import { ownName } from "./identity.ts";
import { loadStored, saveStored } from "./local_storage.ts";
import { control, loadPlayer, player, positionMs, skip } from "./player.ts";
import { isLive, onMessage, sendMessage, serverNow, view } from "./room.ts";
import { allowedCoverUrl, loadServerInfo, serverInfo } from "./server_info.ts";
import { Deck } from "./speaker_deck.ts";
import type { EmbeddedPlayer } from "./speaker_embed.ts";

// How often the position is compared, and how often it is reported.
const TICK_MS = 250;
const REPORT_MS = 1_000;
// The next track is loaded soon after a track has begun, and looked up again shortly before its end.
const PRELOAD_AFTER_MS = 2_000;
const LOOK_AGAIN_MS = 15_000;
// After a failed request for the audio.
const RETRY_MS = 3_000;
const IN_SYNC_MS = 50;
const MAX_NAME = 60;

/** Why a speaker is silent; null while it plays. */
export type Silence = "stopped" | "paused" | "blocked" | "loading" | "no-audio" | "failed" | "muted" | null;

export interface SpeakerState {
  silence: Silence;
  /** Null while nothing is compared. */
  deviationMs: number | null;
  problem: string;
  /** The music service whose embedded player plays; empty if this page itself does. */
  service: string;
}

export const isSpeaking = signal(false);
/** This browser among the speakers of the room; "" until the server has confirmed it. */
export const ownSpeakerId = signal("");
export const speakerState = signal<SpeakerState>(nothing());
/** What could not be played here, most recently. It is skipped if no other speaker can play it. */
export const lastFailure = signal<{ title: string; problem: string } | null>(null);
/** The volume of this speaker alone, 0 to 100. */
export const ownVolume = signal(storedVolume());
export const isInSync = computed(() => {
  const { deviationMs } = speakerState.value;
  return deviationMs !== null && Math.abs(deviationMs) <= IN_SYNC_MS;
});

function nothing(): SpeakerState {
  return { silence: "stopped", deviationMs: null, problem: "", service: "" };
}

let engine: Speaker | null = null;

/** To be called within a tap: browsers let a page make sound only then. */
export async function startSpeaker(): Promise<void> {
  engine?.stop();
  engine = new Speaker();
  await engine.start();
}

/** Joins as a speaker; what does not play begins to. To be called within a tap. */
export async function playHere(): Promise<void> {
  await startSpeaker();
  if (player.peek()?.state !== "playing" && view.peek().items.length > 0) await control({ action: "play" });
}

export function stopSpeaker(): void {
  engine?.stop();
  engine = null;
}

export function setOwnVolume(volume: number): void {
  ownVolume.value = volume;
  saveStored("speaker-volume", String(volume));
}

function storedVolume(): number {
  const stored = Number(loadStored("speaker-volume") ?? 100);
  return stored >= 0 && stored <= 100 ? stored : 100;
}

/** The name under which the room lists this speaker. The server rejects a longer one than MAX_NAME. */
export function speakerName(): string {
  const device = /Android|iPhone|iPad|Windows|Macintosh|Linux/.exec(navigator.userAgent)?.[0] ?? "Browser";
  const suffix = ` (${device})`;
  const name = [...ownName.value].slice(0, MAX_NAME - suffix.length).join("");
  return name ? name + suffix : device;
}

class Speaker {
  readonly #context = new AudioContext();
  #current = new Deck(this.#context);
  #standby = new Deck(this.#context);
  readonly #room = view.peek().room;
  readonly #cleanups: (() => void)[] = [];
  #isStopped = false;
  /** The player as the server last sent it, or as this browser's clock has advanced it since. */
  #player: Player | null = null;
  #requested = new Map<number, number>();
  /** The item of `#current`, also before it is loaded. */
  #currentItemId: number | null = null;
  #embed: EmbeddedPlayer | null = null;
  #endTimer = 0;
  /** The anchor of the play that this browser has ended by itself. */
  #endedAnchor = "";
  #hasJoined = false;
  #lookedAgain = 0;
  #reportedAt = 0;
  #deviationMs = 0;
  #lock: WakeLockSentinel | null = null;
  /** What the lock screen and the lock of the display follow. */
  #shownPlayer: Player | null = null;
  #shownItem = 0;

  async start(): Promise<void> {
    isSpeaking.value = true;
    const silence = URL.createObjectURL(silentWav());
    try {
      const unlocked = [this.#current, this.#standby].map((deck) => deck.unlock(silence));
      await Promise.all([this.#context.resume(), ...unlocked]);
    } catch {
      // The tick finds out that it is blocked.
      this.#current.isBlocked = true;
    }
    for (const deck of [this.#current, this.#standby]) deck.clear();
    URL.revokeObjectURL(silence);
    if (this.#isStopped) return;
    this.#cleanups.push(
      onMessage((message) => this.#received(message)),
      effect(() => this.#playerChanged(player.value)),
      effect(() => {
        if (view.value.room !== this.#room) queueMicrotask(stopSpeaker);
      }),
      effect(() => {
        if (isLive.value) queueMicrotask(() => this.#join());
        else this.#hasJoined = false;
      }),
      () => clearTimeout(this.#endTimer),
    );
    const timer = setInterval(() => this.#tick(), TICK_MS);
    const stayAwake = () => void this.#stayAwake();
    document.addEventListener("visibilitychange", stayAwake);
    this.#cleanups.push(
      () => clearInterval(timer),
      () => document.removeEventListener("visibilitychange", stayAwake),
      this.#listenForMediaKeys(),
    );
    this.#tick();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const cleanUp of this.#cleanups) cleanUp();
    sendMessage({ type: "speaker.leave" });
    this.#current.clear();
    this.#standby.clear();
    void this.#context.close();
    void this.#stayAwake();
    isSpeaking.value = false;
    ownSpeakerId.value = "";
    this.#embed?.close();
    speakerState.value = nothing();
    lastFailure.value = null;
  }

  // --- The server -----------------------------------------------------------------------------------------

  #join(): void {
    if (this.#isStopped) return;
    sendMessage({ type: "speaker.join", name: speakerName(), kind: "browser" });
  }

  #received(message: RoomMessage): void {
    if (message.type === "speaker.joined") {
      this.#hasJoined = true;
      ownSpeakerId.value = message.payload.speaker_id;
      player.value = message.payload.player;
    }
  }

  #playerChanged(changed: Player | null): void {
    // While this speaker is offline, the server may pause the player. This speaker plays on until it has joined again.
    // What this browser has ended by itself, the server confirms a little later.
    if (changed && this.#hasJoined && anchorKey(changed) !== this.#endedAnchor) this.#player = changed;
    queueMicrotask(() => this.#tick());
  }

  // --- Following the clock --------------------------------------------------------------------------------

  #tick(): void {
    if (this.#isStopped) return;
    this.#endTrack();
    const now = this.#player;
    const item = now?.state === "stopped" ? null : (now?.item ?? null);
    const silence = now && item ? this.#follow(now, item) : this.#rest();
    if (now && item) this.#report(now, item);
    if (now !== this.#shownPlayer) this.#showOnDevice(now, item);
    this.#show(silence, item?.track.title ?? "");
  }

  #show(silence: Silence, title: string): void {
    const before = speakerState.peek();
    const problem = silence === "failed" ? this.#current.problem : (this.#embed?.problem ?? "");
    if (problem && problem !== before.problem) lastFailure.value = { title, problem };
    const after: SpeakerState = {
      silence,
      deviationMs: silence ? null : Math.round(this.#deviationMs),
      problem,
      service: silence ? "" : (this.#embed?.service ?? ""),
    };
    const names = Object.keys(after) as (keyof SpeakerState)[];
    if (names.some((name) => before[name] !== after[name])) speakerState.value = after;
  }

  #rest(): Silence {
    this.#current.pause();
    this.#embed?.pause();
    return "stopped";
  }

  #follow(now: Player, item: Item): Silence {
    if (this.#currentItemId !== item.id) this.#startItem(item);
    const position = positionMs(now);
    const volume = (now.volume / 100) * (ownVolume.peek() / 100);
    if (!item.track.has_audio) {
      this.#preload(now, position);
      return this.#followEmbed(now, position, volume);
    }
    if (this.#current.itemId !== item.id) this.#change(item);
    this.#current.setVolume(volume);
    if (now.state === "paused") {
      this.#current.pause(position);
      return "paused";
    }
    this.#preload(now, position);
    if (this.#current.itemId !== item.id) return this.#current.problem ? "failed" : "loading";
    this.#deviationMs = this.#current.follow(position);
    if (this.#current.problem) return "failed";
    if (this.#current.isBlocked || this.#context.state !== "running") return "blocked";
    if (!this.#current.isReady) return "loading";
    return volume === 0 ? "muted" : null;
  }

  /** The next track starts by this browser's clock, whether or not the server can be reached. */
  #endTrack(): void {
    const now = this.#player;
    if (now?.state !== "playing" || !now.anchor || now.duration_ms === null) return;
    const endsAt = Date.parse(now.anchor.at) + now.duration_ms - now.anchor.position_ms;
    const remaining = endsAt - serverNow();
    if (remaining > 0) {
      // A tick at the very end: the next track starts without a gap.
      clearTimeout(this.#endTimer);
      if (remaining < 2 * TICK_MS) this.#endTimer = window.setTimeout(() => this.#tick(), remaining + 1);
      return;
    }
    if (!now.autoplay || !now.next || this.#standby.itemId !== now.next.id) return;
    this.#endedAnchor = anchorKey(now);
    const seconds = now.next.track.duration_seconds;
    this.#player = {
      ...now,
      item: now.next,
      next: null,
      play_id: null,
      anchor: { position_ms: 0, at: new Date(endsAt).toISOString() },
      duration_ms: seconds ? seconds * 1000 : null,
    };
  }

  /** What was loaded for the item before ends. */
  #startItem(item: Item): void {
    this.#currentItemId = item.id;
    this.#lookedAgain = 0;
    this.#current.clear();
    this.#embed?.close();
    this.#embed = null;
    const { has_audio: hasAudio, isrc } = item.track;
    if (!hasAudio && isrc) void this.#openEmbed(item.id, isrc);
  }

  /** The code is loaded only by a browser that needs it. A recording that no service has stays silent. */
  async #openEmbed(itemId: number, isrc: string): Promise<void> {
    try {
      if (!serverInfo.peek()) await loadServerInfo();
      if (!serverInfo.peek()?.embed_hosts.length) return;
      const { embedOf } = await import("./speaker_embed.ts");
      const embed = await embedOf(isrc);
      if (this.#isStopped || this.#currentItemId !== itemId) embed?.close();
      else this.#embed = embed;
    } catch {
      // The track is silent, and the room goes on.
    }
  }

  #followEmbed(now: Player, position: number, volume: number): Silence {
    const embed = this.#embed;
    if (now.state === "paused") {
      embed?.pause();
      return "paused";
    }
    if (!embed || embed.problem) return "no-audio";
    embed.setVolume(volume);
    this.#deviationMs = embed.follow(position);
    if (!embed.isPlaying) return "loading";
    return volume === 0 ? "muted" : null;
  }

  /** Goes to another item: that of the other element if it waits there. */
  #change(item: Item): void {
    if (this.#standby.itemId === item.id) {
      [this.#current, this.#standby] = [this.#standby, this.#current];
    } else {
      this.#load(this.#current, item, false);
    }
  }

  #preload(now: Player, position: number): void {
    const remaining = (now.duration_ms ?? Number.POSITIVE_INFINITY) - position;
    if (position < PRELOAD_AFTER_MS && remaining > LOOK_AGAIN_MS) return;
    const turn = remaining < LOOK_AGAIN_MS ? 2 : 1;
    if (this.#lookedAgain < turn && isLive.peek()) {
      this.#lookedAgain = turn;
      void loadPlayer(this.#room);
    }
    const { next } = now;
    if (next?.track.has_audio && next.id !== now.item?.id && this.#standby.itemId !== next.id)
      this.#load(this.#standby, next, true);
  }

  /** At most one request every few seconds for an item. */
  #load(deck: Deck, item: Item, isWhole: boolean): void {
    const again = this.#requested.get(item.id) ?? 0;
    if (performance.now() < again) return;
    this.#requested.set(item.id, performance.now() + RETRY_MS);
    void this.#request(deck, item, isWhole);
  }

  async #request(deck: Deck, item: Item, isWhole: boolean): Promise<void> {
    try {
      const audio = await fetchAudio(this.#room, item.id);
      if (this.#isStopped) return;
      this.#requested.delete(item.id);
      const url = new URL(audio.url, new URL(apiBase, location.href)).href;
      deck.load({ itemId: item.id, url, bytes: audio.bytes, gainDb: audio.gain_db }, { isWhole });
      this.#tick();
    } catch (problem) {
      if (deck === this.#current && problem instanceof ApiError && problem.code !== "NO_RESPONSE") {
        deck.problem = problem.message;
      }
    }
  }

  #report(now: Player, item: Item): void {
    const since = performance.now() - this.#reportedAt;
    if (since < REPORT_MS || !isLive.peek()) return;
    this.#reportedAt = performance.now();
    const { silence, problem } = speakerState.peek();
    const isPlaying = silence === null || silence === "muted";
    const states: Record<string, SpeakerReportMessage["state"]> = { blocked: "blocked", failed: "failed" };
    const source = this.#embed ?? this.#current;
    const hasEnded = isPlaying && source.hasEnded && now.duration_ms === null;
    const state = hasEnded ? "ended" : isPlaying ? "playing" : (states[silence ?? ""] ?? "waiting");
    const heard = isPlaying ? source.positionMs : positionMs(now);
    sendMessage({
      type: "speaker.report",
      item_id: item.id,
      position_ms: Math.round(heard),
      state,
      at: new Date(serverNow()).toISOString(),
      ...(problem ? { message: problem.slice(0, 200) } : {}),
    });
  }

  // --- The device -----------------------------------------------------------------------------------------

  #showOnDevice(now: Player | null, item: Item | null): void {
    const wasPlaying = this.#shownPlayer?.state === "playing";
    this.#shownPlayer = now;
    if (wasPlaying !== (now?.state === "playing")) void this.#stayAwake();
    this.#showOnLockScreen(now, item);
  }

  /**
   * While it plays: without a lock a phone that lies on a table goes to sleep. The browser ends the lock when the page
   * is hidden, and allows it on HTTPS and localhost only.
   */
  async #stayAwake(): Promise<void> {
    if (!this.#mayStayAwake()) return this.#releaseLock();
    if (this.#lock && !this.#lock.released) return;
    const lock = await navigator.wakeLock?.request("screen").catch(() => null);
    // Two requests may be under way.
    await this.#releaseLock();
    this.#lock = lock ?? null;
    if (!this.#mayStayAwake()) await this.#releaseLock();
  }

  #mayStayAwake(): boolean {
    return !this.#isStopped && this.#player?.state === "playing" && document.visibilityState === "visible";
  }

  async #releaseLock(): Promise<void> {
    const lock = this.#lock;
    this.#lock = null;
    await lock?.release();
  }

  #listenForMediaKeys(): () => void {
    const session = navigator.mediaSession;
    if (!session) return () => {};
    const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
      play: () => void control({ action: "play" }),
      pause: () => void control({ action: "pause" }),
      nexttrack: () => skip(),
      previoustrack: () => void control({ action: "previous" }),
      seekto: ({ seekTime }) =>
        void control({ action: "seek", position_ms: Math.round((seekTime ?? 0) * 1000) }),
    };
    const actions = Object.keys(handlers) as MediaSessionAction[];
    for (const action of actions) session.setActionHandler(action, handlers[action] ?? null);
    return () => {
      for (const action of actions) session.setActionHandler(action, null);
      session.metadata = null;
      session.playbackState = "none";
    };
  }

  #showOnLockScreen(now: Player | null, item: Item | null): void {
    const session = navigator.mediaSession;
    if (!session) return;
    session.playbackState = now && item ? (now.state === "playing" ? "playing" : "paused") : "none";
    if (now && item && now.duration_ms !== null) {
      session.setPositionState({ duration: now.duration_ms / 1000, position: positionMs(now) / 1000 });
    } else {
      session.setPositionState();
    }
    if (this.#shownItem === (item?.id ?? 0)) return;
    this.#shownItem = item?.id ?? 0;
    session.metadata = item && mediaMetadata(item);
  }
}

/** Changes with each play, pause and seek. */
function anchorKey({ play_id, anchor }: Player): string {
  return `${play_id} ${anchor?.at} ${anchor?.position_ms}`;
}

function mediaMetadata({ track: { title, artist, album, cover_url: url } }: Item): MediaMetadata {
  const cover = allowedCoverUrl(url);
  const artwork = cover ? [{ src: cover, sizes: "300x300" }] : [];
  return new MediaMetadata({ title, artist, album, artwork });
}

/** A tenth of a second of silence, as a file. */
function silentWav(): Blob {
  const samples = 800;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at: number, letters: string) => {
    for (const [index, letter] of [...letters].entries()) view.setUint8(at + index, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 8000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  for (let at = 0; at < samples; at += 1) view.setUint8(44 + at, 128);
  return new Blob([view], { type: "audio/wav" });
}
