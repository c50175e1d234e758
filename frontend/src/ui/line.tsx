/** Numbers over days as a line; days without a number are gaps, marked as such. */

import { dotPath, linePath, xOf } from "./line_path.ts";
import "./chart.css";

interface Props {
  /** Null where there is none. */
  values: readonly (number | null)[];
  /** Of each day, for the pointer that rests on it. */
  names: readonly string[];
  /** Below the first and the last day. */
  scale: readonly string[];
  /** Days without a number whose gap is not marked: nothing was to be expected of them. */
  unmarked?: readonly boolean[];
  /** How the numbers at the upper and the lower edge are written. */
  edges: readonly [string, string];
  /** Whether the least is the best, and so at the top. */
  isRank?: boolean;
}

const WIDTH = 300;
const HEIGHT = 100;
// The line's own thickness stays inside.
const INSET = 4;

export function Line({ values, names, scale, edges, unmarked = [], isRank = false }: Props) {
  const known = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const plane = { width: WIDTH, height: HEIGHT, bottom: isRank ? most : least, top: isRank ? least : most };
  const step = WIDTH / values.length;
  return (
    <div class="chart-columns small dim numbers">
      <span>{edges[0]}</span>
      <svg
        class="chart-drawing"
        viewBox={`0 ${-INSET} ${WIDTH} ${HEIGHT + 2 * INSET}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {values.map((value, index) =>
          value === null && !unmarked[index] ? (
            <path
              class="chart-gap"
              key={names[index]}
              d={`M${xOf(index, values.length, plane)} ${-INSET}v${HEIGHT + 2 * INSET}`}
            />
          ) : null,
        )}
        <path class="chart-stroke" d={linePath(values, plane)} />
        <path class="chart-stroke chart-dots" d={dotPath(values, plane)} />
        {values.map((_, index) => (
          <rect
            class="chart-touch"
            key={names[index]}
            x={index * step}
            y={-INSET}
            width={step}
            height={HEIGHT + 2 * INSET}
          >
            <title>{names[index]}</title>
          </rect>
        ))}
      </svg>
      <div class="chart-scale">
        <span>{least !== most && edges[1]}</span>
      </div>
      <div class="chart-scale">
        {scale.map((mark) => (
          <span key={mark}>{mark}</span>
        ))}
      </div>
    </div>
  );
}
