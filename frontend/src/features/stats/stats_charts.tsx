/** Charts of the statistics: types of activities, names with counts, days, hours. */

import { language, lazyMessages, messages } from "../../locales/index.ts";
import type { CountsByType } from "../../store/stats.ts";
import { BarChart, ChartFigure, ColumnChart } from "../../ui/charts.tsx";

export function percent(rate: number): string {
  return new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 0 }).format(rate);
}

/** 4 Dec, of a day as in 2025-12-04. */
export function dayName(date: string): string {
  const format = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(language.value, format).format(new Date(date));
}

/** 14:00 */
export function hourName(hour: number): string {
  return `${hour}:00`;
}

export interface NamedCount {
  name: string;
  count: number;
  /** To the days before; null where that is not counted. */
  change: number | null;
}

const HOURS_A_DAY = 24;

export function NamedChart({
  title,
  what,
  named,
}: {
  title: string;
  what: string;
  named: readonly NamedCount[];
}) {
  const { stats } = lazyMessages();
  const { number, signed } = messages();
  const hasChange = named.some(({ change }) => change !== null);
  if (!named.length) return null;
  return (
    <ChartFigure
      title={title}
      summary={highestCount(named)}
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
      <BarChart
        bars={named.map(({ name, count, change }) => ({
          name,
          value: count,
          text: change ? `${number(count)} (${signed(change)})` : number(count),
        }))}
      />
    </ChartFigure>
  );
}

export function TypesChart({ title, counts }: { title: string; counts: CountsByType }) {
  const { type } = lazyMessages().stats;
  const kinds = Object.keys(type) as (keyof CountsByType)[];
  const named = kinds.map((kind) => ({ name: type[kind], count: counts[kind] ?? 0, change: null }));
  return <NamedChart title={title} what={lazyMessages().stats.what} named={named} />;
}

export function DaysChart({ days }: { days: readonly { date: string; count: number }[] }) {
  const { stats } = lazyMessages();
  const named = days.map(({ date, count }) => ({ name: dayName(date), count }));
  const middle = named[Math.floor(named.length / 2)];
  return (
    <NamedColumnChart
      title={stats.byDay}
      what={stats.day}
      named={named}
      scale={[named[0], middle, named.at(-1)].flatMap((one) => (one ? [one.name] : []))}
    />
  );
}

export function HoursChart({ hours }: { hours: readonly number[] }) {
  const { stats } = lazyMessages();
  const named = hours.map((count, hour) => ({ name: hourName(hour), count }));
  return (
    <NamedColumnChart
      title={stats.byHour}
      what={stats.hour}
      named={named}
      scale={[0, HOURS_A_DAY / 2, HOURS_A_DAY - 1].map(hourName)}
    />
  );
}

interface NamedColumnChartProps {
  title: string;
  what: string;
  named: readonly { name: string; count: number }[];
  scale: readonly string[];
}

function NamedColumnChart({ title, what, named, scale }: NamedColumnChartProps) {
  const { stats } = lazyMessages();
  const { number } = messages();
  return (
    <ChartFigure
      title={title}
      summary={highestCount(named)}
      table={{
        label: stats.asTable,
        heads: [what, stats.count],
        rows: named.map(({ name, count }) => [name, number(count)]),
      }}
    >
      <ColumnChart
        values={named.map(({ count }) => count)}
        names={named.map(({ name, count }) => `${name}: ${number(count)}`)}
        scale={scale}
        highest={number(Math.max(0, ...named.map(({ count }) => count)))}
      />
    </ChartFigure>
  );
}

function highestCount(named: readonly { name: string; count: number }[]): string {
  const { stats } = lazyMessages();
  const most = named.reduce<{ name: string; count: number } | null>(
    (best, one) => (one.count > (best?.count ?? 0) ? one : best),
    null,
  );
  return most ? stats.most(most.name, most.count) : stats.nothing;
}
