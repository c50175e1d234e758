/** Numbers over days as a line, large or as small as a word; days without a number are gaps. */

import "./charts.css";

export interface PlotArea {
  width: number;
  height: number;
  /** The values at the lower and the upper edge: the first may be the greater. */
  bottom: number;
  top: number;
}

type Values = readonly (number | null)[];

/** Lines between neighboring numbers. */
export function linePath(values: Values, plane: PlotArea): string {
  return values
    .map((value, index) => {
      if (value === null || isAlone(values, index)) return "";
      const isBegun = (values[index - 1] ?? null) !== null;
      return `${isBegun ? "L" : "M"}${pointOf(value, index, values, plane)}`;
    })
    .join("");
}

/** Numbers between unknown ones, which no line goes to: each a line of no length, to be drawn with round ends. */
export function dotPath(values: Values, plane: PlotArea): string {
  return values
    .map((value, index) =>
      value !== null && isAlone(values, index) ? `M${pointOf(value, index, values, plane)}h0` : "",
    )
    .join("");
}

/** The middle of its column. */
export function xOf(index: number, count: number, { width }: PlotArea): number {
  return round(((index + 0.5) / count) * width);
}

function isAlone(values: Values, index: number): boolean {
  return (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
}

function pointOf(value: number, index: number, values: Values, plane: PlotArea): string {
  return `${xOf(index, values.length, plane)} ${round(yOf(value, plane))}`;
}

function yOf(value: number, { height, bottom, top }: PlotArea): number {
  return top === bottom ? height / 2 : height - ((value - bottom) / (top - bottom)) * height;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

interface LineProps {
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
// Room for half of the line's width.
const INSET = 4;

/** For screen readers it is decoration: `ChartFigure` has the sentence and the table. */
export function LineChart({ values, names, scale, edges, unmarked = [], isRank = false }: LineProps) {
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

interface SparklineProps {
  /** The oldest first; null where nothing was counted. */
  values: readonly (number | null)[];
  /** What it shows, in a sentence; without one it is decoration next to the numbers. */
  label?: string;
}

const SPARKLINE_WIDTH = 72;
const SPARKLINE_HEIGHT = 20;

/** As small as a word: whether something goes up or down. */
export function Sparkline({ values, label }: SparklineProps) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const plane = {
    width: SPARKLINE_WIDTH,
    height: SPARKLINE_HEIGHT,
    bottom: Math.min(...known),
    top: Math.max(...known),
  };
  return (
    <span class="sparkline" {...(label ? { role: "img", "aria-label": label } : {})}>
      <svg viewBox={`-2 -2 ${SPARKLINE_WIDTH + 4} ${SPARKLINE_HEIGHT + 4}`} aria-hidden="true">
        <path d={linePath(values, plane)} />
        <path class="sparkline-dots" d={dotPath(values, plane)} />
      </svg>
    </span>
  );
}
