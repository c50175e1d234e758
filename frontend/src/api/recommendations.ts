/** Recommendations for the user and for a room, and the job that refreshes the user's. */

import type {
  Job,
  PersonRecommendations,
  RequestedJob,
  RoomRecommendations,
  Track,
} from "../generated/api.ts";
import { request } from "./http.ts";

export type { Reason, Recommendation } from "../generated/api.ts";

/** What both kinds of lists have. */
export type Recommendations = Omit<PersonRecommendations, "user_id">;
export type JobStatus = Job["status"];

/** The user's own, without what is in the room's queue already. */
export async function fetchMyRecommendations(room: string, limit: number): Promise<Recommendations> {
  const query = new URLSearchParams({ room, limit: String(limit) });
  return (await request<PersonRecommendations>(`/api/recommendations/me/?${query}`)).body;
}

export async function fetchRoomRecommendations(room: string, limit: number): Promise<Recommendations> {
  const path = `/api/rooms/${room}/recommendations/?limit=${limit}`;
  return (await request<RoomRecommendations>(path)).body;
}

/** Returns the library's track of this recommendation, which is created if necessary. */
export async function importRecommendedTrack(recommendationId: number): Promise<Track> {
  const path = `/api/recommendations/${recommendationId}/track/`;
  return (await request<Track>(path, { method: "POST" })).body;
}

/** Returns the id of the job that makes the list; the same while one is under way. */
export async function requestRefresh(limit: number): Promise<string> {
  const path = "/api/recommendations/me/refresh/";
  return (await request<RequestedJob>(path, { method: "POST", body: { limit } })).body.job_id;
}

export async function fetchJobStatus(jobId: string): Promise<JobStatus> {
  const path = `/api/recommendations/jobs/${encodeURIComponent(jobId)}/`;
  return (await request<Job>(path)).body.status;
}
