/** A line no larger than a word: whether something goes up or down. Days without a figure are gaps in it. */

import { dotPath, linePath } from "../../../ui/line_path.ts";
import "./sparkline.css";

interface Props {
  /** The oldest first; null where nothing was counted. */
  values: readonly (number | null)[];
  /** What it shows, in a sentence; without one it is decoration beside the figures. */
  label?: string;
}

const WIDTH = 72;
const HEIGHT = 20;

export function Sparkline({ values, label }: Props) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const plane = { width: WIDTH, height: HEIGHT, bottom: Math.min(...known), top: Math.max(...known) };
  return (
    <span class="sparkline" {...(label ? { role: "img", "aria-label": label } : {})}>
      <svg viewBox={`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`} aria-hidden="true">
        <path d={linePath(values, plane)} />
        <path class="sparkline-dots" d={dotPath(values, plane)} />
      </svg>
    </span>
  );
}
