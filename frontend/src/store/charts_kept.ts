/** The last charts that this browser has seen: shown until newer ones come, and while the network is away. */

import type { Chart, ChartIndex, RoomChart } from "../generated/api.ts";
import { keep, recall } from "./remembered.ts";

export type AnyChart = Chart | RoomChart;

// Changes with the shape of what is kept: an older one is forgotten.
const CHARTS = "charts-2";

/** Null forgets it. */
export function keepChart(name: string, chart: AnyChart | null): void {
  keep(`${CHARTS} ${name}`, chart ? JSON.stringify(chart) : "");
}

export function recallChart(name: string): AnyChart | null {
  return recalled<AnyChart>(`${CHARTS} ${name}`);
}

export function keepIndex(index: ChartIndex): void {
  keep(CHARTS, JSON.stringify(index));
}

export function recallIndex(): ChartIndex | null {
  return recalled<ChartIndex>(CHARTS);
}

function recalled<Kept>(name: string): Kept | null {
  try {
    return JSON.parse(recall(name) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
