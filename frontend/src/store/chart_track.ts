/** One track of the charts that is looked at. */

import { signal } from "@preact/signals";
import { fetchChartTrack } from "../api/chart_track.ts";
import type { ChartTrack } from "../generated/api.ts";
import { isLive } from "./room.ts";

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
