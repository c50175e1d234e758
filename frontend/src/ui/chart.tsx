/** A titled drawing of numbers: one sentence for whoever does not see it, and all of it as a table. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./chart.css";

export interface ChartTable {
  /** Of the columns. */
  heads: readonly string[];
  /** The first cell names the row. */
  rows: readonly (readonly string[])[];
  /** What opens it. */
  label: string;
}

interface Props {
  title: string;
  /** What it shows, in one sentence. */
  summary: string;
  table: ChartTable;
  /** Of its heading: below one of 2 unless told. */
  level?: 3 | 4;
  children: ComponentChildren;
}

export function Chart({ title, summary, table, level = 3, children }: Props) {
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
