/** One track of the charts: where it is and was, and its way into the library. */

import type { ChartTrack, ChartTrackAnswer, LibraryTrackAnswer, Track } from "../generated/api.ts";
import { request } from "./http.ts";

export async function fetchChartTrack(isrc: string): Promise<ChartTrack> {
  return (await request<ChartTrackAnswer>(addressOf(isrc))).body.data;
}

/** Has the library take the track over, if it lacks it; gives the library's track. */
export async function takeIntoLibrary(isrc: string): Promise<Track> {
  return (await request<LibraryTrackAnswer>(`${addressOf(isrc)}library/`, { method: "POST" })).body.data;
}

function addressOf(isrc: string): string {
  return `/api/charts/tracks/${encodeURIComponent(isrc)}/`;
}
