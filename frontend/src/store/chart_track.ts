/** One track of the charts that is looked at, and adding tracks of charts to the queue. */

import { computed, signal } from "@preact/signals";
import { fetchChartTrack, takeIntoLibrary } from "../api/chart_track.ts";
import type { ChartTrack, Track } from "../generated/api.ts";
import { addOnce, goneTracks, type Standing } from "./adding.ts";
import { isLive, itemOfTrack, view } from "./room.ts";

export interface ChartTrackState {
  isrc: string;
  /** Null until it is known. */
  track: ChartTrack | null;
  problem: unknown;
}

const NOBODY: ChartTrackState = { isrc: "", track: null, problem: null };

export const chartTrack = signal<ChartTrackState>(NOBODY);

/** Looks at this track from now on, and asks again once the line is back; gives the end of it. */
export function followChartTrack(isrc: string): () => void {
  chartTrack.value = { isrc, track: null, problem: null };
  const end = isLive.subscribe(() => {
    const { track, problem } = chartTrack.peek();
    if (track === null || problem !== null) void loadChartTrack();
  });
  return () => {
    end();
    if (chartTrack.peek().isrc === isrc) chartTrack.value = NOBODY;
  };
}

export async function loadChartTrack(): Promise<void> {
  const { isrc } = chartTrack.peek();
  if (!isrc) return;
  try {
    const track = await fetchChartTrack(isrc);
    if (chartTrack.peek().isrc === isrc) chartTrack.value = { isrc, track, problem: null };
  } catch (problem) {
    if (chartTrack.peek().isrc === isrc) chartTrack.value = { ...chartTrack.peek(), problem };
  }
}

// --- Adding ----------------------------------------------------------------------------------------

/** The library's tracks by ISRC, as far as the charts' tracks were taken into it from here. */
const taken = signal<ReadonlyMap<string, Track>>(new Map());
/** ISRCs that are on their way into the library. */
const taking = signal<ReadonlySet<string>>(new Set());

/** Tracks of the queue by ISRC, whoever has added them. */
const queued = computed<ReadonlyMap<string, Track>>(
  () => new Map(view.value.items.flatMap(({ track }) => (track.isrc ? [[track.isrc, track]] : []))),
);

/** The library's track, where this page has met it; null otherwise. */
export function libraryTrackOf(isrc: string): Track | null {
  return queued.value.get(isrc) ?? taken.value.get(isrc) ?? null;
}

export function chartStanding(isrc: string): Standing {
  const track = libraryTrackOf(isrc);
  const found = track && itemOfTrack.value.get(track.id);
  if (found) return { kind: found.item.pending.includes("add") ? "pending" : "queued", place: found.place };
  return taking.value.has(isrc) ? { kind: "pending", place: view.value.items.length + 1 } : { kind: "free" };
}

/** Puts it into the queue; gives whether it was. What the library lacks it gets first. Rejects with an `ApiProblem`. */
export async function addOfChart(isrc: string): Promise<boolean> {
  if (taking.value.has(isrc)) return false;
  const known = libraryTrackOf(isrc);
  // One that has left the library meanwhile is taken into it again.
  return addOnce(known && !goneTracks.value.has(known.id) ? known : await take(isrc));
}

async function take(isrc: string): Promise<Track> {
  taking.value = new Set([...taking.value, isrc]);
  try {
    const track = await takeIntoLibrary(isrc);
    taken.value = new Map([...taken.value, [isrc, track]]);
    return track;
  } finally {
    taking.value = new Set([...taking.value].filter((one) => one !== isrc));
  }
}
