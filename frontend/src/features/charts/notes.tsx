/** How far a chart can be believed: whether it is invented, how old it is, and who did not answer. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ChartSource } from "../../store/charts.ts";
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
        <li key={source.service}>{sentenceOfSource(source, latestMoment(chart.date))}</li>
      ))}
      {late.map((service) => (
        <li key={`late ${service}`}>{texts.failedNow(serviceName(service))}</li>
      ))}
    </ul>
  );
}

/**
 * When a list that stands in can have been taken at the latest: before the day of the chart, or on it where
 * the service failed only since.
 */
function latestMoment(date: string): number {
  const begin = Date.parse(date);
  const isFailedSince = isNewest.value && serverNow() >= begin + DAY_MS;
  return isFailedSince ? begin + DAY_MS : begin;
}

function sentenceOfSource({ service, status, fetched_at }: ChartSource, latest: number): string {
  const { source } = laterWords().charts;
  const name = serviceName(service);
  const since = fetched_at && ago(Math.max(0, serverNow() - Math.min(Date.parse(fetched_at), latest)));
  if (status === "quarantined") return source.quarantined(name, since);
  if (status === "stale") return source.stale(name, since);
  return status === "missing" ? source.missing(name, since) : source.failed(name, since);
}
