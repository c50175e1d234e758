/** The orders that a chart can be looked at in: those of the server, so that no network is needed. Pure. */

import type { ChartEntry, RoomChartEntry } from "../generated/api.ts";

export type ChartLine = ChartEntry | RoomChartEntry;

export const ORDERS = ["rank", "plays", "trending"] as const;
export type Order = (typeof ORDERS)[number];

/** What is not known comes last, equals by rank. */
export function inOrder(lines: readonly ChartLine[], order: Order): readonly ChartLine[] {
  return [...lines].sort((one, other) => {
    const [first, second] = [figureOf(one, order), figureOf(other, order)];
    if (first === second) return one.rank - other.rank;
    if (first === null || second === null) return first === null ? 1 : -1;
    return second - first;
  });
}

/** More comes first. */
function figureOf({ plays, change }: ChartLine, order: Order): number | null {
  if (order === "plays") return plays.total ?? null;
  return order === "trending" ? (change["7d"] ?? null) : null;
}
