/** How a track moved since the chart before, as a sign and in words. */

import type { ChartLine } from "../../store/charts.ts";
import { laterWords } from "../../words/index.ts";

type Moved = ChartLine["movement"];

export function Movement({ movement }: { movement: Moved }) {
  const { shown, spoken } = told(movement);
  return (
    <span class="charts-movement" data-kind={movement.kind}>
      <span aria-hidden="true">{shown}</span>
      <span class="spoken">{spoken}</span>
    </span>
  );
}

function told({ kind, by }: Moved): { shown: string; spoken: string } {
  const { movement } = laterWords().charts;
  switch (kind) {
    case "up":
      return { shown: `▲ ${by}`, spoken: movement.up(by) };
    case "down":
      return { shown: `▼ ${by}`, spoken: movement.down(by) };
    case "new":
      return { shown: movement.new, spoken: movement.newSpoken };
    case "re-entry":
      return { shown: movement.back, spoken: movement.backSpoken };
    default:
      return { shown: "=", spoken: movement.same };
  }
}
