/** How often a track was played, and where it stood, day by day: a line for each, all of it as a table. */

import type { ChartTrack } from "../../../generated/api.ts";
import { Chart } from "../../../ui/chart.tsx";
import { Line } from "../../../ui/line.tsx";
import { laterWords, words } from "../../../words/index.ts";
import { dayName, genreName, serviceName } from "./formats.ts";
import { countsByDay, type DayFigure, genresOf, ranksByDay } from "./history.ts";

export function Counts({ track }: { track: ChartTrack }) {
  const texts = laterWords().chartTrack;
  const services = Object.entries(track.counts)
    .map(([service, counted]) => ({ service, days: countsByDay(counted) }))
    .filter(({ days }) => days.length);
  return (
    <section class="card panel-card" aria-labelledby="chart-track-counts">
      <h3 id="chart-track-counts">{texts.counts}</h3>
      {services.length === 0 && <p class="dim">{texts.noCounts}</p>}
      {services.map(({ service, days }) => (
        <CountChart key={service} title={texts.countsAt(serviceName(service))} days={days} />
      ))}
    </section>
  );
}

export function Ranks({ track }: { track: ChartTrack }) {
  const texts = laterWords().chartTrack;
  const genres = genresOf(track.ranks);
  return (
    <section class="card panel-card" aria-labelledby="chart-track-ranks">
      <h3 id="chart-track-ranks">{texts.ranks}</h3>
      {genres.length === 0 && <p class="dim">{texts.noRanks}</p>}
      {genres.map((genre) => (
        <RankChart key={genre} title={texts.ranksIn(genreName(genre))} days={ranksByDay(track, genre)} />
      ))}
    </section>
  );
}

interface DaysProps {
  title: string;
  days: readonly DayFigure[];
}

function CountChart({ title, days }: DaysProps) {
  const { chartTrack: texts } = laterWords();
  const { number, signed } = words();
  const known = knownOf(days);
  const told = ({ reported, status }: DayFigure) => {
    const written = reported === null ? "" : number(reported);
    return status === "ok" ? written : texts.notOk[status](written);
  };
  const edges = [Math.max(...known), Math.min(...known)] as const;
  return (
    <Chart
      title={title}
      level={4}
      summary={[countsTold(known, days.length), notCounted(days)].filter(Boolean).join(" ")}
      table={{
        label: texts.asTable,
        heads: [texts.day, texts.count, texts.change],
        rows: days.map((day) => [dayName(day.date), told(day), day.delta === null ? "–" : signed(day.delta)]),
      }}
    >
      <Days
        days={days}
        edges={known.length ? [number(edges[0]), number(edges[1])] : ["–", "–"]}
        told={told}
      />
      {notCounted(days) && <p class="dim small">{notCounted(days)}</p>}
    </Chart>
  );
}

function RankChart({ title, days }: DaysProps) {
  const { chartTrack: texts } = laterWords();
  const { ordinal } = words();
  const known = knownOf(days);
  const [best, worst] = [Math.min(...known), Math.max(...known)];
  const told = ({ value }: DayFigure) => (value === null ? texts.offChart : ordinal(value));
  return (
    <Chart
      title={title}
      level={4}
      summary={texts.ranksTold(ordinal(best), ordinal(known.at(-1) ?? best), texts.days(days.length))}
      table={{
        label: texts.asTable,
        heads: [texts.day, texts.rank],
        rows: days.map((day) => [dayName(day.date), told(day)]),
      }}
    >
      <Days days={days} edges={[ordinal(best), ordinal(worst)]} told={told} isRank />
    </Chart>
  );
}

interface LineProps {
  days: readonly DayFigure[];
  edges: readonly [string, string];
  told: (day: DayFigure) => string;
  isRank?: boolean;
}

function Days({ days, edges, told, isRank = false }: LineProps) {
  const { countOn } = laterWords().chartTrack;
  const ends = days.length > 1 ? [days[0], days.at(-1)] : [days[0]];
  return (
    <Line
      values={days.map(({ value }) => value)}
      names={days.map((day) => countOn(dayName(day.date), told(day)))}
      scale={ends.flatMap((day) => (day ? [dayName(day.date)] : []))}
      edges={edges}
      isRank={isRank}
    />
  );
}

function knownOf(days: readonly DayFigure[]): number[] {
  return days.flatMap(({ value }) => (value === null ? [] : [value]));
}

function countsTold(known: readonly number[], days: number): string {
  const { chartTrack: texts } = laterWords();
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return texts.noCounts;
  return texts.countsTold(words().number(first), words().number(last), texts.days(days));
}

/** "" where every day was counted. */
function notCounted(days: readonly DayFigure[]): string {
  const of = (status: DayFigure["status"]) => days.filter((day) => day.status === status).length;
  const told = laterWords().chartTrack.notCounted(of("failed"), of("missing"), of("anomaly"), of("stale"));
  return told && `${told}.`;
}
