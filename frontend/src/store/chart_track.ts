/** One track of the charts: its details, and adding it to the queue. The library imports it first if necessary. */

import { computed, signal } from "@preact/signals";
import { fetchChartTrack, importChartTrack } from "../api/charts.ts";
import { fetchTrack } from "../api/tracks.ts";
import type { ChartEntry, ChartTrack, RoomChartEntry } from "../generated/api.ts";
import type { Track } from "../sync/index.ts";
import { addOnce, goneTracks, type QueuePosition, queuePositionOf } from "./add_track.ts";
import { isLive, view } from "./room.ts";
import { queuedTracks } from "./up_next.ts";

export interface ChartTrackState {
  isrc: string;
  /** Null until it is known. */
  track: ChartTrack | null;
  problem: unknown;
}

const NONE: ChartTrackState = { isrc: "", track: null, problem: null };

export const chartTrack = signal<ChartTrackState>(NONE);

/** Shows this track, and loads it again once the connection is back. Returns a function that ends this. */
export function followChartTrack(isrc: string): () => void {
  chartTrack.value = { isrc, track: null, problem: null };
  const end = isLive.subscribe(() => {
    const { track, problem } = chartTrack.peek();
    if (track === null || problem !== null) void loadChartTrack();
  });
  return () => {
    end();
    if (chartTrack.peek().isrc === isrc) chartTrack.value = NONE;
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

/** A line of a chart, or a track that sounds like one; only of a room's lines the library's number is known. */
export type AddableLine =
  | Pick<ChartEntry, "isrc" | "name" | "artist">
  | Pick<RoomChartEntry, "isrc" | "name" | "artist" | "track_id" | "rank">;

/** Tracks of the library that were imported or fetched, by the key of their line. */
const importedTracks = signal<ReadonlyMap<string, Track>>(new Map());

/** Lines whose track is being imported or fetched. */
const pendingLines = signal<ReadonlySet<string>>(new Set());

const idOfIsrc = computed<ReadonlyMap<string, number>>(
  () => new Map(view.value.items.flatMap(({ track }) => (track.isrc ? [[track.isrc, track.id]] : []))),
);

/** Whether the library no longer has what was played. */
export function hasLeftLibrary(line: AddableLine): boolean {
  return "track_id" in line && line.track_id === null;
}

export function queuePositionOfLine(line: AddableLine): QueuePosition {
  if (pendingLines.value.has(lineKey(line))) return { kind: "pending", place: 0 };
  const id = knownTrackId(line);
  return id === null ? { kind: "free" } : queuePositionOf(id);
}

/** Adds it to the queue; returns whether it was added. Rejects with an `ApiError`. */
export async function addChartTrack(line: AddableLine): Promise<boolean> {
  const key = lineKey(line);
  if (pendingLines.peek().has(key)) return false;
  const found = queuedTrack(line) ?? importedTracks.peek().get(key);
  // One that has left the library meanwhile is taken into it again.
  return addOnce(found && !goneTracks.peek().has(found.id) ? found : await importTrack(line, key));
}

async function importTrack(line: AddableLine, key: string): Promise<Track> {
  pendingLines.value = new Set([...pendingLines.peek(), key]);
  try {
    const id = trackIdOf(line);
    const track = await (id === null ? importChartTrack(line.isrc ?? "") : fetchTrack(id));
    importedTracks.value = new Map([...importedTracks.peek(), [key, track]]);
    return track;
  } finally {
    pendingLines.value = new Set([...pendingLines.peek()].filter((one) => one !== key));
  }
}

function queuedTrack(line: AddableLine): Track | undefined {
  const id = knownTrackId(line);
  return id === null ? undefined : queuedTracks.peek().get(id)?.item.track;
}

/** Of the library, as far as it is known. */
function knownTrackId(line: AddableLine): number | null {
  const id = trackIdOf(line) ?? importedTracks.value.get(lineKey(line))?.id;
  return id ?? (line.isrc ? (idOfIsrc.value.get(line.isrc) ?? null) : null);
}

function trackIdOf(line: AddableLine): number | null {
  return "track_id" in line ? line.track_id : null;
}

/** Unique within a chart. */
export function lineKey(line: AddableLine): string {
  return "track_id" in line ? `track ${line.track_id ?? `gone ${line.rank}`}` : line.isrc;
}
