/** Adding a chart's track: the library gets it first, where it lacks it. */

import { computed, signal } from "@preact/signals";
import { takeIntoLibrary } from "../api/charts.ts";
import { fetchTrack } from "../api/tracks.ts";
import type { ChartEntry, RoomChartEntry } from "../generated/api.ts";
import type { Track } from "../sync/index.ts";
import { addOnce, goneTracks, type Standing, standingOf } from "./adding.ts";
import { view } from "./room.ts";
import { itemOfTrack } from "./up_next.ts";

/** A line of a chart, or a track that sounds like one; only of a room's lines the library's number is known. */
export type Addable =
  | Pick<ChartEntry, "isrc" | "name" | "artist">
  | Pick<RoomChartEntry, "isrc" | "name" | "artist" | "track_id" | "rank">;

/** The library's tracks that this page has been told of, by the name of their line. */
const known = signal<ReadonlyMap<string, Track>>(new Map());

/** Lines whose track is being asked for. */
const underWay = signal<ReadonlySet<string>>(new Set());

const idOfIsrc = computed<ReadonlyMap<string, number>>(
  () => new Map(view.value.items.flatMap(({ track }) => (track.isrc ? [[track.isrc, track.id]] : []))),
);

/** Whether the library no longer has what was played. */
export function hasLeftLibrary(line: Addable): boolean {
  return "track_id" in line && line.track_id === null;
}

export function standingOfLine(line: Addable): Standing {
  if (underWay.value.has(keyOfLine(line))) return { kind: "pending", place: 0 };
  const id = idOf(line);
  return id === null ? { kind: "free" } : standingOf(id);
}

/** Puts it into the queue; gives whether it was. Rejects with an `ApiProblem`. */
export async function addLine(line: Addable): Promise<boolean> {
  const key = keyOfLine(line);
  if (underWay.peek().has(key)) return false;
  const found = queuedTrack(line) ?? known.peek().get(key);
  // One that has left the library meanwhile is taken into it again.
  return addOnce(found && !goneTracks.peek().has(found.id) ? found : await bringIn(line, key));
}

async function bringIn(line: Addable, key: string): Promise<Track> {
  underWay.value = new Set([...underWay.peek(), key]);
  try {
    const id = trackIdOf(line);
    const track = await (id === null ? takeIntoLibrary(line.isrc ?? "") : fetchTrack(id));
    known.value = new Map([...known.peek(), [key, track]]);
    return track;
  } finally {
    underWay.value = new Set([...underWay.peek()].filter((one) => one !== key));
  }
}

function queuedTrack(line: Addable): Track | undefined {
  const id = idOf(line);
  return id === null ? undefined : itemOfTrack.peek().get(id)?.item.track;
}

/** Of the library, as far as it is known. */
function idOf(line: Addable): number | null {
  const told = trackIdOf(line) ?? known.value.get(keyOfLine(line))?.id;
  return told ?? (line.isrc ? (idOfIsrc.value.get(line.isrc) ?? null) : null);
}

function trackIdOf(line: Addable): number | null {
  return "track_id" in line ? line.track_id : null;
}

/** Tells the lines of a chart apart. */
export function keyOfLine(line: Addable): string {
  return "track_id" in line ? `track ${line.track_id ?? `gone ${line.rank}`}` : line.isrc;
}
