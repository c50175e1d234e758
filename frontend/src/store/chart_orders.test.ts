import { expect, test } from "vitest";
import { type ChartLine, inOrder } from "./chart_orders.ts";

function line(rank: number, total: number | null, week: number | null): ChartLine {
  return { rank, plays: { total }, change: { "7d": week } } as ChartLine;
}

const LINES = [line(1, 10, null), line(2, null, 5), line(3, 30, 5), line(4, 0, -7), line(5, null, 80)];
const ranks = (lines: readonly ChartLine[]) => lines.map(({ rank }) => rank);

test("what is not known comes last, and equals stay in the order of their ranks", () => {
  expect(ranks(inOrder(LINES, "rank"))).toEqual([1, 2, 3, 4, 5]);
  expect(ranks(inOrder(LINES, "plays"))).toEqual([3, 1, 4, 2, 5]);
  expect(ranks(inOrder(LINES, "trending"))).toEqual([5, 2, 3, 4, 1]);
});
