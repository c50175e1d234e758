/** Charts with a title, one sentence for screen readers and a table of all numbers; drawn as bars or columns. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./charts.css";

export interface ChartTable {
  /** Of the columns. */
  heads: readonly string[];
  /** The first cell names the row. */
  rows: readonly (readonly string[])[];
  /** What opens it. */
  label: string;
}

interface FigureProps {
  title: string;
  /** What it shows, in one sentence. */
  summary: string;
  table: ChartTable;
  /** Of its heading; below a heading of level 2 by default. */
  level?: 3 | 4;
  children: ComponentChildren;
}

export function ChartFigure({ title, summary, table, level = 3, children }: FigureProps) {
  const id = useId();
  const Heading = `h${level}` as const;
  return (
    <section class="chart" aria-labelledby={id}>
      <Heading class="chart-title" id={id}>
        {title}
      </Heading>
      <div role="img" aria-label={`${title}. ${summary}`}>
        {children}
      </div>
      <details class="chart-table">
        <summary>
          {table.label}
          <span class="spoken">: {title}</span>
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
        <section class="chart-scroll" tabIndex={0} aria-label={`${table.label}: ${title}`}>
          <Table {...table} />
        </section>
      </details>
    </section>
  );
}

function Table({ heads, rows }: ChartTable) {
  return (
    <table class="numbers small">
      <thead>
        <tr>
          {heads.map((head) => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells], index) => (
          <tr key={`${index} ${name}`}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            {cells.map((cell, column) => (
              <td key={heads[column + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface Bar {
  name: string;
  value: number;
  /** The number as it is written, and what belongs to it. */
  text: string;
}

/** The length of a whole bar. */
const BAR_LENGTH = 100;

/** Named numbers as horizontal bars, the longest for the highest number. */
export function BarChart({ bars }: { bars: readonly Bar[] }) {
  const highest = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <div class="chart-bars">
      {bars.map(({ name, value, text }) => (
        <div class="chart-bar small" key={name}>
          <span class="one-line" dir="auto">
            {name}
          </span>
          <span class="numbers">{text}</span>
          <svg
            class="chart-line"
            viewBox={`0 0 ${BAR_LENGTH} 1`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <rect class="chart-ground" width={BAR_LENGTH} height={1} />
            <rect width={(value / highest) * BAR_LENGTH} height={1} />
          </svg>
        </div>
      ))}
    </div>
  );
}

interface ColumnProps {
  values: readonly number[];
  /** Of each column, for the pointer that rests on it. */
  names: readonly string[];
  /** Below the first, the middle and the last. */
  scale: readonly string[];
  /** How much the highest column is. */
  highest: string;
}

const AREA_HEIGHT = 100;
const COLUMN_STEP = 10;
const COLUMN_WIDTH = 8;
// A column of little is still one.
const MIN_HEIGHT = 2;

/** A row of numbers as columns, such as days or hours. */
export function ColumnChart({ values, names, scale, highest }: ColumnProps) {
  const top = Math.max(1, ...values);
  const heightOf = (value: number) => (value === 0 ? 0 : Math.max(MIN_HEIGHT, (value / top) * AREA_HEIGHT));
  return (
    <div class="chart-columns small dim numbers">
      <span>{highest}</span>
      <svg
        class="chart-drawing"
        viewBox={`0 0 ${values.length * COLUMN_STEP} ${AREA_HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {values.map((value, index) => (
          <rect
            key={names[index]}
            x={index * COLUMN_STEP + (COLUMN_STEP - COLUMN_WIDTH) / 2}
            y={AREA_HEIGHT - heightOf(value)}
            width={COLUMN_WIDTH}
            height={heightOf(value)}
          >
            <title>{names[index]}</title>
          </rect>
        ))}
      </svg>
      <div class="chart-scale">
        {scale.map((mark) => (
          <span key={mark}>{mark}</span>
        ))}
      </div>
    </div>
  );
}
