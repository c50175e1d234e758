/** One track of the charts: where it is and was. */

import type { ChartTrack, ChartTrackAnswer } from "../generated/api.ts";
import { request } from "./http.ts";

export async function fetchChartTrack(isrc: string): Promise<ChartTrack> {
  return (await request<ChartTrackAnswer>(`/api/charts/tracks/${encodeURIComponent(isrc)}/`)).body.data;
}
