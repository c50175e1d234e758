/** The charts of the figures: kinds of activities, names with counts, days, hours. */

import type { CountsByType } from "../../store/stats.ts";
import { Bars } from "../../ui/bars.tsx";
import { Chart } from "../../ui/chart.tsx";
import { Columns } from "../../ui/columns.tsx";
import { laterWords, words } from "../../words/index.ts";
import { dayName, hourName } from "./formats.ts";

export interface Named {
  name: string;
  count: number;
  /** To the days before; null where that is not counted. */
  change: number | null;
}

const HOURS_A_DAY = 24;

export function NamedChart({ title, what, named }: { title: string; what: string; named: readonly Named[] }) {
  const { stats } = laterWords();
  const { number, signed } = words();
  const hasChange = named.some(({ change }) => change !== null);
  if (!named.length) return null;
  return (
    <Chart
      title={title}
      summary={mostOf(named)}
      table={{
        label: stats.asTable,
        heads: hasChange ? [what, stats.count, stats.change] : [what, stats.count],
        rows: named.map(({ name, count, change }) => [
          name,
          number(count),
          ...(hasChange ? [signed(change ?? 0)] : []),
        ]),
      }}
    >
      <Bars
        bars={named.map(({ name, count, change }) => ({
          name,
          value: count,
          told: change ? `${number(count)} (${signed(change)})` : number(count),
        }))}
      />
    </Chart>
  );
}

export function KindsChart({ title, counts }: { title: string; counts: CountsByType }) {
  const { type } = laterWords().stats;
  const kinds = Object.keys(type) as (keyof CountsByType)[];
  const named = kinds.map((kind) => ({ name: type[kind], count: counts[kind] ?? 0, change: null }));
  return <NamedChart title={title} what={laterWords().stats.what} named={named} />;
}

export function DaysChart({ days }: { days: readonly { date: string; count: number }[] }) {
  const { stats } = laterWords();
  const named = days.map(({ date, count }) => ({ name: dayName(date), count }));
  const middle = named[Math.floor(named.length / 2)];
  return (
    <ColumnsChart
      title={stats.byDay}
      what={stats.day}
      named={named}
      scale={[named[0], middle, named.at(-1)].flatMap((one) => (one ? [one.name] : []))}
    />
  );
}

export function HoursChart({ hours }: { hours: readonly number[] }) {
  const { stats } = laterWords();
  const named = hours.map((count, hour) => ({ name: hourName(hour), count }));
  return (
    <ColumnsChart
      title={stats.byHour}
      what={stats.hour}
      named={named}
      scale={[0, HOURS_A_DAY / 2, HOURS_A_DAY - 1].map(hourName)}
    />
  );
}

interface ColumnsProps {
  title: string;
  what: string;
  named: readonly { name: string; count: number }[];
  scale: readonly string[];
}

function ColumnsChart({ title, what, named, scale }: ColumnsProps) {
  const { stats } = laterWords();
  const { number } = words();
  return (
    <Chart
      title={title}
      summary={mostOf(named)}
      table={{
        label: stats.asTable,
        heads: [what, stats.count],
        rows: named.map(({ name, count }) => [name, number(count)]),
      }}
    >
      <Columns
        values={named.map(({ count }) => count)}
        names={named.map(({ name, count }) => `${name}: ${number(count)}`)}
        scale={scale}
        highest={number(Math.max(0, ...named.map(({ count }) => count)))}
      />
    </Chart>
  );
}

function mostOf(named: readonly { name: string; count: number }[]): string {
  const { stats } = laterWords();
  const most = named.reduce<{ name: string; count: number } | null>(
    (best, one) => (one.count > (best?.count ?? 0) ? one : best),
    null,
  );
  return most ? stats.most(most.name, most.count) : stats.nothing;
}
