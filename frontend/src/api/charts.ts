/** Charts of genres and of a room, one track of them, and its import into the library. */

import type {
  Chart,
  ChartIndex,
  ChartIndexResponse,
  ChartResponse,
  ChartTrack,
  ChartTrackResponse,
  LibraryTrackResponse,
  RoomChart,
  RoomChartResponse,
  Track,
} from "../generated/api.ts";
import { request } from "./http.ts";

export async function fetchChartIndex(): Promise<ChartIndex> {
  return (await request<ChartIndexResponse>("/api/charts/")).body.data;
}

/** The newest chart on that day, such as "2025-12-04"; for null, the newest of all. */
export async function fetchChart(genre: string, day: string | null): Promise<Chart> {
  const query = day === null ? "" : `?date=${day}`;
  return (await request<ChartResponse>(`/api/charts/${encodeURIComponent(genre)}/${query}`)).body.data;
}

/** The chart of a week, such as "2025-W49"; for null, that of the current week. */
export async function fetchRoomChart(room: string, week: string | null): Promise<RoomChart> {
  const query = week === null ? "" : `?week=${week}`;
  return (await request<RoomChartResponse>(`/api/rooms/${room}/chart/${query}`)).body.data;
}

/** Returns the library's track of this recording, which is created if necessary. */
export async function importChartTrack(isrc: string): Promise<Track> {
  const path = `/api/charts/tracks/${encodeURIComponent(isrc)}/library/`;
  return (await request<LibraryTrackResponse>(path, { method: "POST" })).body.data;
}

export async function fetchChartTrack(isrc: string): Promise<ChartTrack> {
  return (await request<ChartTrackResponse>(`/api/charts/tracks/${encodeURIComponent(isrc)}/`)).body.data;
}
