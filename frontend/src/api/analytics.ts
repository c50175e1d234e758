/** Activities of users with tracks, and the statistics of them. */

import type { Engagement, NewActivity, Summary, Trends } from "../generated/api.ts";
import { request } from "./http.ts";

export async function createActivity(activity: NewActivity, key: string): Promise<void> {
  await request<unknown>("/api/analytics/activity/", { method: "POST", body: activity, key });
}

export async function fetchSummary(): Promise<Summary> {
  return (await request<Summary>("/api/analytics/summary/")).body;
}

export async function fetchTrends(days: number, limit: number): Promise<Trends> {
  return (await request<Trends>(`/api/analytics/trends/?days=${days}&limit=${limit}`)).body;
}

/** The user's own, by the days and hours of the time zone. */
export async function fetchMyStats(timeZone: string): Promise<Engagement> {
  const query = new URLSearchParams({ tz: timeZone });
  return (await request<Engagement>(`/api/analytics/me/?${query}`)).body;
}
