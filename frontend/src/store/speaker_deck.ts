/** One of the two audio elements of a speaker: a track, where it is, and how its position is corrected. */

/** A deviation that grows beyond this is corrected: up to a jump by the playback rate. */
const IGNORED_MS = 20;
const JUMP_MS = 500;
/** A correction, also the one after each start, goes on until the deviation is this small. */
const EXACT_MS = 3;
/** A deviation is corrected within this time, but never by more than this share of the rate: that is inaudible. */
const CORRECTION_MS = 1_000;
const MAX_RATE_CHANGE = 0.02;
/** Seeking takes time, during which the position of the room moves on. */
const MAX_SEEK_LEAD_MS = 400;
/** What is longer than this is not held in memory while it waits. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
/** ReplayGain never makes a track louder than this. */
const MAX_GAIN_DB = 6;

export interface Source {
  itemId: number;
  url: string;
  bytes: number;
  gainDb: number | null;
}

/** Whether a deviation is corrected, now that one is or is not. Pure. */
export function needsCorrection(deviationMs: number, isCorrecting: boolean): boolean {
  return Math.abs(deviationMs) > (isCorrecting ? EXACT_MS : IGNORED_MS);
}

/** The playback rate that corrects a deviation (positive: too far), or null if only a jump does. Pure. */
export function correctiveRate(deviationMs: number): number | null {
  const size = Math.abs(deviationMs);
  if (size > JUMP_MS) return null;
  const change = Math.min(MAX_RATE_CHANGE, size / CORRECTION_MS);
  return 1 - Math.sign(deviationMs) * change;
}

/** The factor by which ReplayGain changes the volume. Pure. */
export function gainFactor(gainDb: number | null): number {
  return 10 ** (Math.min(gainDb ?? 0, MAX_GAIN_DB) / 20);
}

export class Deck {
  readonly element = new Audio();
  readonly #context: AudioContext;
  readonly #gain: GainNode;
  #source: Source | null = null;
  #loading: AbortController | null = null;
  #blobUrl = "";
  #isCorrecting = true;
  #seekLeadMs = 0;
  #seekStartedAt = 0;
  /** Why the track can't be played; empty if nothing has failed. */
  problem = "";
  isBlocked = false;

  constructor(context: AudioContext) {
    this.#context = context;
    this.#gain = context.createGain();
    this.#gain.connect(context.destination);
    context.createMediaElementSource(this.element).connect(this.#gain);
    this.element.preload = "auto";
    // Correcting the rate by up to 2 % must not cost the sound of a time stretch.
    this.element.preservesPitch = false;
    this.element.addEventListener("error", () => {
      if (this.#source && this.element.getAttribute("src")) {
        this.problem = this.element.error?.message || "The audio cannot be played.";
      }
    });
    this.element.addEventListener("seeked", () => {
      if (!this.#seekStartedAt) return;
      this.#seekLeadMs = Math.min(MAX_SEEK_LEAD_MS, performance.now() - this.#seekStartedAt);
      this.#seekStartedAt = 0;
    });
  }

  get itemId(): number | null {
    return this.#source?.itemId ?? null;
  }

  /** The position that is heard now: what is decoded leaves the loudspeaker a little later. */
  get positionMs(): number {
    const latency = (this.#context.outputLatency || 0) + (this.#context.baseLatency || 0);
    return Math.max(0, (this.element.currentTime - latency) * 1000);
  }

  get isReady(): boolean {
    return this.element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  get hasEnded(): boolean {
    return this.element.ended;
  }

  /** Plays a moment of silence, within a tap: from then on the browser lets the element play. */
  async unlock(silence: string): Promise<void> {
    this.element.src = silence;
    await this.element.play();
    this.element.pause();
  }

  /** Loads a track; with `isWhole` all of it is fetched before it plays, so that it plays without a network. */
  load(source: Source, { isWhole }: { isWhole: boolean }): void {
    this.clear();
    this.#source = source;
    if (isWhole && source.bytes <= MAX_BUFFERED_BYTES) void this.#fetch(source);
    else this.element.src = source.url;
  }

  clear(): void {
    this.#loading?.abort();
    this.#loading = null;
    this.#source = null;
    this.problem = "";
    this.#seekLeadMs = this.#seekStartedAt = 0;
    this.element.pause();
    this.element.removeAttribute("src");
    this.element.load();
    if (this.#blobUrl) URL.revokeObjectURL(this.#blobUrl);
    this.#blobUrl = "";
  }

  setVolume(volume: number): void {
    this.#gain.gain.value = volume * gainFactor(this.#source?.gainDb ?? null);
  }

  /** Plays from the position, or corrects where it is. Returns the deviation in milliseconds. */
  follow(positionMs: number): number {
    const { element } = this;
    if (this.#source && !element.getAttribute("src")) this.#playUnfinished();
    if (element.readyState < HTMLMediaElement.HAVE_METADATA || element.seeking) return 0;
    if (element.paused && !element.ended) return this.#begin(positionMs);
    const deviation = this.positionMs - positionMs;
    this.#isCorrecting = needsCorrection(deviation, this.#isCorrecting);
    const rate = this.#isCorrecting ? correctiveRate(deviation) : 1;
    if (rate === null && !element.ended) this.#jump(positionMs);
    element.playbackRate = rate ?? 1;
    return deviation;
  }

  #begin(positionMs: number): number {
    // A seek would be heard as a gap.
    if (Math.abs(this.positionMs - positionMs) > JUMP_MS) this.#jump(positionMs);
    this.#isCorrecting = true;
    void this.#play();
    return 0;
  }

  pause(positionMs?: number): void {
    this.element.pause();
    if (positionMs === undefined || this.element.readyState < HTMLMediaElement.HAVE_METADATA) return;
    if (Math.abs(this.element.currentTime * 1000 - positionMs) > IGNORED_MS) {
      this.element.currentTime = positionMs / 1000;
    }
  }

  async #play(): Promise<void> {
    try {
      await this.element.play();
      this.isBlocked = false;
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.isBlocked = true;
    }
  }

  #jump(positionMs: number): void {
    this.#seekStartedAt = performance.now();
    const latency = (this.#context.outputLatency || 0) + (this.#context.baseLatency || 0);
    this.element.currentTime = (positionMs + this.#seekLeadMs) / 1000 + latency;
  }

  /** It is its turn before all of it was fetched. */
  #playUnfinished(): void {
    this.#loading?.abort();
    this.#loading = null;
    if (this.#source) this.element.src = this.#source.url;
  }

  async #fetch(source: Source): Promise<void> {
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const response = await fetch(source.url, { signal: loading.signal });
      if (!response.ok) throw new Error(`The server responded with ${response.status}.`);
      const blob = await response.blob();
      if (loading.signal.aborted) return;
      this.#blobUrl = URL.createObjectURL(blob);
      this.element.src = this.#blobUrl;
    } catch (error) {
      // Its turn comes later: it is tried again then.
      if (!loading.signal.aborted && !(error instanceof TypeError)) this.problem = String(error);
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }
}
