/** Play counts and ranks of a track day by day, as line charts with a table. */

import type { ChartTrack } from "../../../generated/api.ts";
import { lazyMessages, messages } from "../../../locales/index.ts";
import { ChartFigure } from "../../../ui/charts.tsx";
import { LineChart } from "../../../ui/line_chart.tsx";
import { genreName, serviceName, shortDayName } from "../formats.ts";
import { countsByDay, type DayCount, type DayRank, genresOf, ranksByDay } from "./daily_series.ts";

export function PlayCounts({ track }: { track: ChartTrack }) {
  const texts = lazyMessages().chartTrack;
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
  const texts = lazyMessages().chartTrack;
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

function CountChart({ title, days }: DaysProps<DayCount>) {
  const { chartTrack: texts } = lazyMessages();
  const { number } = messages();
  const known = knownValues(days);
  const textOf = ({ reported, status }: DayCount) => {
    const written = reported === null ? "" : number(reported);
    return status === "ok" ? written : texts.notOk[status](written);
  };
  const edges = [Math.max(...known), Math.min(...known)] as const;
  return (
    <ChartFigure
      title={title}
      level={4}
      summary={[countsText(known, days.length), notCountedText(days)].filter(Boolean).join(" ")}
      table={{
        label: texts.asTable,
        heads: [texts.day, texts.count, texts.change],
        rows: days.map((day) => [shortDayName(day.date), textOf(day), changeText(day)]),
      }}
    >
      <DaysChart
        days={days}
        edges={known.length ? [number(edges[0]), number(edges[1])] : ["–", "–"]}
        textOf={textOf}
      />
      {notCountedText(days) && <p class="dim small">{notCountedText(days)}</p>}
    </ChartFigure>
  );
}

function changeText({ delta, deltaDays }: DayCount): string {
  if (delta === null) return "–";
  const change = messages().signed(delta);
  return deltaDays > 1 ? lazyMessages().chartTrack.changeInDays(change, deltaDays) : change;
}

/** The table has the days of which there is a chart, the drawing leaves gaps for the others. */
function RankChart({ title, days }: DaysProps<DayRank>) {
  const { chartTrack: texts } = lazyMessages();
  const { ordinal } = messages();
  const known = knownValues(days);
  const [best, worst] = [Math.min(...known), Math.max(...known)];
  const charts = days.filter(({ isChart }) => isChart);
  const older = olderListsText(charts);
  const summary = texts.ranksSummary(ordinal(best), ordinal(known.at(-1) ?? best), texts.days(charts.length));
  return (
    <ChartFigure
      title={title}
      level={4}
      summary={[summary, older].filter(Boolean).join(" ")}
      table={{
        label: texts.asTable,
        heads: [texts.day, texts.rank],
        rows: charts.map((day) => [shortDayName(day.date), rankText(day)]),
      }}
    >
      <DaysChart days={days} edges={[ordinal(best), ordinal(worst)]} textOf={rankText} isRank />
      {older && <p class="dim small">{older}</p>}
    </ChartFigure>
  );
}

function rankText({ value, isChart, olderLists }: DayRank): string {
  const { chartTrack: texts } = lazyMessages();
  if (value === null) return isChart ? texts.offChart : texts.noChart;
  const lists = Object.entries(olderLists).map(
    ([service, day]) => `${serviceName(service)}, ${shortDayName(day)}`,
  );
  const rank = messages().ordinal(value);
  return lists.length ? texts.withOlderLists(rank, lists.join("; ")) : rank;
}

/** "" where every list was of its chart's day. */
function olderListsText(days: readonly DayRank[]): string {
  const older = days.filter(({ olderLists }) => Object.keys(olderLists).length).length;
  return older ? `${lazyMessages().chartTrack.olderLists(older)}.` : "";
}

interface LineProps<Day> {
  days: readonly Day[];
  edges: readonly [string, string];
  textOf: (day: Day) => string;
  isRank?: boolean;
}

function DaysChart<Day extends DayCount | DayRank>({ days, edges, textOf, isRank = false }: LineProps<Day>) {
  const { countOn } = lazyMessages().chartTrack;
  const ends = days.length > 1 ? [days[0], days.at(-1)] : [days[0]];
  return (
    <LineChart
      values={days.map(({ value }) => value)}
      names={days.map((day) => countOn(shortDayName(day.date), textOf(day)))}
      unmarked={days.map((day) => "isChart" in day && !day.isChart)}
      scale={ends.flatMap((day) => (day ? [shortDayName(day.date)] : []))}
      edges={edges}
      isRank={isRank}
    />
  );
}

function knownValues(days: readonly { value: number | null }[]): number[] {
  return days.flatMap(({ value }) => (value === null ? [] : [value]));
}

function countsText(known: readonly number[], days: number): string {
  const { chartTrack: texts } = lazyMessages();
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return texts.noCounts;
  return texts.countsSummary(messages().number(first), messages().number(last), texts.days(days));
}

/** "" where every day was counted. */
function notCountedText(days: readonly DayCount[]): string {
  const of = (status: DayCount["status"]) => days.filter((day) => day.status === status).length;
  const text = lazyMessages().chartTrack.notCounted(of("failed"), of("missing"), of("anomaly"), of("stale"));
  return text && `${text}.`;
}
