/** How often a track was played, and where it stood, day by day: a line for each, all of it as a table. */

import type { ChartTrack } from "../../../generated/api.ts";
import { Chart } from "../../../ui/chart.tsx";
import { Line } from "../../../ui/line.tsx";
import { laterWords, words } from "../../../words/index.ts";
import { dayName, genreName, serviceName } from "./formats.ts";
import { countsByDay, type DayFigure, type DayRank, genresOf, ranksByDay } from "./history.ts";

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

interface DaysProps<Day> {
  title: string;
  days: readonly Day[];
}

function CountChart({ title, days }: DaysProps<DayFigure>) {
  const { chartTrack: texts } = laterWords();
  const { number } = words();
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
        rows: days.map((day) => [dayName(day.date), told(day), changeTold(day)]),
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

function changeTold({ delta, deltaDays }: DayFigure): string {
  if (delta === null) return "–";
  const change = words().signed(delta);
  return deltaDays > 1 ? laterWords().chartTrack.changeInDays(change, deltaDays) : change;
}

/** The table has the days of which there is a chart, the drawing leaves gaps for the others. */
function RankChart({ title, days }: DaysProps<DayRank>) {
  const { chartTrack: texts } = laterWords();
  const { ordinal } = words();
  const known = knownOf(days);
  const [best, worst] = [Math.min(...known), Math.max(...known)];
  const charts = days.filter(({ isChart }) => isChart);
  const older = olderTold(charts);
  const summary = texts.ranksTold(ordinal(best), ordinal(known.at(-1) ?? best), texts.days(charts.length));
  return (
    <Chart
      title={title}
      level={4}
      summary={[summary, older].filter(Boolean).join(" ")}
      table={{
        label: texts.asTable,
        heads: [texts.day, texts.rank],
        rows: charts.map((day) => [dayName(day.date), rankTold(day)]),
      }}
    >
      <Days days={days} edges={[ordinal(best), ordinal(worst)]} told={rankTold} isRank />
      {older && <p class="dim small">{older}</p>}
    </Chart>
  );
}

function rankTold({ value, isChart, olderLists }: DayRank): string {
  const { chartTrack: texts } = laterWords();
  if (value === null) return isChart ? texts.offChart : texts.noChart;
  const lists = Object.entries(olderLists).map(
    ([service, day]) => `${serviceName(service)}, ${dayName(day)}`,
  );
  const rank = words().ordinal(value);
  return lists.length ? texts.withOlderLists(rank, lists.join("; ")) : rank;
}

/** "" where every list was of its chart's day. */
function olderTold(days: readonly DayRank[]): string {
  const older = days.filter(({ olderLists }) => Object.keys(olderLists).length).length;
  return older ? `${laterWords().chartTrack.olderLists(older)}.` : "";
}

interface LineProps<Day> {
  days: readonly Day[];
  edges: readonly [string, string];
  told: (day: Day) => string;
  isRank?: boolean;
}

function Days<Day extends DayFigure | DayRank>({ days, edges, told, isRank = false }: LineProps<Day>) {
  const { countOn } = laterWords().chartTrack;
  const ends = days.length > 1 ? [days[0], days.at(-1)] : [days[0]];
  return (
    <Line
      values={days.map(({ value }) => value)}
      names={days.map((day) => countOn(dayName(day.date), told(day)))}
      unmarked={days.map((day) => "isChart" in day && !day.isChart)}
      scale={ends.flatMap((day) => (day ? [dayName(day.date)] : []))}
      edges={edges}
      isRank={isRank}
    />
  );
}

function knownOf(days: readonly { value: number | null }[]): number[] {
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
