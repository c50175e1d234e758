/** How far a chart can be believed: whether it is invented, how old it is, and who did not answer. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dayAfter } from "../../store/chart_days.ts";
import type { AnyChart, ChartSource } from "../../store/charts.ts";
import { day, isNewest, isOfRoom, lines, shown } from "../../store/charts.ts";
import { arrival, failedSince } from "../../store/charts_live.ts";
import { serverNow } from "../../store/room.ts";
import { laterWords } from "../../words/index.ts";
import { genreName } from "./choice.tsx";
import { ago, dayName, serviceName } from "./formats.ts";

const MINUTE_MS = 60_000;
/** Charts are gathered every night: what is older stands out. */
const DAY_MS = 24 * 60 * MINUTE_MS;

const now = signal(0);

export function Notes() {
  useEffect(followTime, []);
  const { chart } = shown.value;
  if (!chart) return null;
  return (
    <>
      <p class="charts-line dim small numbers">
        <span role="status">{told()}</span>
        {!isOfRoom.value && <Age />}
      </p>
      {!isOfRoom.value && <Basis />}
      {chart.is_sample && <p class="charts-note small">{laterWords().charts.sample}</p>}
      <Failures />
    </>
  );
}

function followTime(): () => void {
  const tick = () => {
    now.value = serverNow();
  };
  tick();
  const timer = setInterval(tick, MINUTE_MS);
  return () => clearInterval(timer);
}

/** What is shown, said when it changes. */
function told(): string {
  const texts = laterWords().charts;
  const new_ = arrival.value;
  const count = lines.value.length ? texts.count(lines.value.length) : "";
  return new_ ? `${texts.arrived(genreName(new_.genre), dayName(new_.date))} ${count}` : count;
}

/** Of a chart of now how long ago it was taken, of an older one its day. */
function Age() {
  const texts = laterWords().charts;
  const { chart } = shown.value;
  if (!chart) return null;
  const isOtherDay = day.value !== null && day.value !== chart.date;
  if (isOtherDay) return <span>{texts.noneThatDay(dayName(chart.date))}</span>;
  const taken = takenAt(chart.sources);
  // What was recorded long ago is no newer for being read just now.
  const at = taken && Math.min(taken, Date.parse(chart.date) + DAY_MS);
  if (!isNewest.value || at === null) return <span>{dayName(chart.date)}</span>;
  const age = Math.max(0, Math.max(now.value, serverNow()) - at);
  const isOld = age > DAY_MS;
  return (
    <span class={isOld ? "charts-old" : undefined}>
      {isOld ? texts.takenLongAgo(ago(age)) : texts.taken(ago(age))}
    </span>
  );
}

/** What plays are counted of, and what movements are against unless that is the day before. */
function Basis() {
  const texts = laterWords().charts;
  const { chart } = shown.value;
  if (!chart) return null;
  const counted = countedServices(chart);
  const { date, compared_with } = chart;
  const isGap = compared_with !== null && compared_with !== dayAfter(date, -1);
  if (!counted.length && !isGap) return null;
  return (
    <p class="charts-basis dim small numbers">
      {counted.length > 0 && <span>{texts.countedOn(counted.map(serviceName))}</span>}
      {isGap && <span>{texts.comparedWith(dayName(compared_with))}</span>}
    </p>
  );
}

/** Those of which any line has plays. */
function countedServices({ tracks }: AnyChart): string[] {
  const counts = tracks.flatMap((line) => Object.entries(line.counts));
  return [...new Set(counts.flatMap(([service, { date }]) => (date === null ? [] : [service])))].sort();
}

function takenAt(sources: readonly ChartSource[]): number | null {
  const moments = sources.flatMap(({ fetched_at }) => (fetched_at ? [Date.parse(fetched_at)] : []));
  return moments.length ? Math.max(...moments) : null;
}

function Failures() {
  const texts = laterWords().charts;
  const { chart } = shown.value;
  if (!chart) return null;
  const late = isNewest.value ? [...(failedSince.value.get(chart.genre) ?? [])] : [];
  const failed = chart.sources.filter(({ service, status }) => status !== "ok" && !late.includes(service));
  if (!failed.length && !late.length) return null;
  return (
    <ul class="charts-note charts-failures small">
      {failed.map((source) => (
        <li key={source.service}>{sentenceOfSource(source)}</li>
      ))}
      {late.map((service) => (
        <li key={`late ${service}`}>{texts.failedNow(serviceName(service))}</li>
      ))}
    </ul>
  );
}

function sentenceOfSource({ service, status, date }: ChartSource): string {
  const { source } = laterWords().charts;
  const name = serviceName(service);
  const of = date && dayName(date);
  if (status === "quarantined") return source.quarantined(name, of);
  if (status === "stale") return source.stale(name, of);
  return status === "missing" ? source.missing(name, of) : source.failed(name, of);
}
