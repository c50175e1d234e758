/** The library: pages of tracks, and its genres. */

import type { Genre, Track } from "../generated/api.ts";
import { request } from "./http.ts";

export const TRACK_ORDERS = ["", "title", "artist", "-created_at", "duration_seconds"] as const;
export type TrackOrder = (typeof TRACK_ORDERS)[number];

export interface TrackQuery {
  search: string;
  genre: string;
  ordering: TrackOrder;
}

export interface TrackPage {
  tracks: Track[];
  /** Of all matching tracks, not of this page. */
  total: number;
  /** Whether there are so many that the server stopped counting: at least the total. */
  isLeast: boolean;
  /** Whether none matches, and these are near what was searched for. */
  isNear: boolean;
}

export async function fetchTracks(
  query: TrackQuery,
  { offset, limit, signal }: { offset: number; limit: number; signal?: AbortSignal },
): Promise<TrackPage> {
  const wish = new URLSearchParams({ offset: String(offset), limit: String(limit) });
  if (query.search) wish.set("search", query.search);
  if (query.genre) wish.set("genre", query.genre);
  if (query.ordering) wish.set("ordering", query.ordering);
  const { body, headers } = await request<Track[]>(`/api/tracks/?${wish}`, { signal });
  const total = Number(headers.get("X-Total-Count") ?? body.length);
  const isLeast = headers.get("X-Total-Is-Least") === "true";
  return { tracks: body, total, isLeast, isNear: total > 0 && headers.get("X-Match-Count") === "0" };
}

export async function fetchGenres(): Promise<Genre[]> {
  return (await request<Genre[]>("/api/tracks/genres/")).body;
}

export async function fetchTrack(id: number): Promise<Track> {
  return (await request<Track>(`/api/tracks/${id}/`)).body;
}
