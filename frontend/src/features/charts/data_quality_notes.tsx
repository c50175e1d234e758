/** The quality of a chart's data: whether it is sample data, how old it is, and which services did not respond. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { lazyMessages } from "../../locales/index.ts";
import { addDays } from "../../store/chart_query.ts";
import {
  type AnyChart,
  type ChartSource,
  day,
  isNewest,
  isOfRoom,
  lines,
  shownChart,
} from "../../store/charts.ts";
import { failedSince, publishedChart } from "../../store/charts_subscription.ts";
import { serverNow } from "../../store/room.ts";
import { dayName, genreName, serviceName, timeAgo } from "./formats.ts";

const MINUTE_MS = 60_000;
/** Charts are updated every night: older ones are marked. */
const DAY_MS = 24 * 60 * MINUTE_MS;

const now = signal(0);

export function DataQualityNotes() {
  useEffect(followTime, []);
  const { chart } = shownChart.value;
  if (!chart) return null;
  return (
    <>
      <p class="charts-line dim small numbers">
        <span role="status">{summary()}</span>
        {!isOfRoom.value && <Age />}
      </p>
      {!isOfRoom.value && <Basis />}
      {chart.is_sample && <p class="charts-note small">{lazyMessages().charts.sample}</p>}
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

/** A summary that screen readers announce when it changes. */
function summary(): string {
  const texts = lazyMessages().charts;
  const new_ = publishedChart.value;
  const count = lines.value.length ? texts.count(lines.value.length) : "";
  return new_ ? `${texts.arrived(genreName(new_.genre), dayName(new_.date))} ${count}` : count;
}

/** The age of a current chart, or the day of an older one. */
function Age() {
  const texts = lazyMessages().charts;
  const { chart } = shownChart.value;
  if (!chart) return null;
  const isOtherDay = day.value !== null && day.value !== chart.date;
  if (isOtherDay) return <span>{texts.noneThatDay(dayName(chart.date))}</span>;
  const taken = fetchedAt(chart.sources);
  // What was recorded long ago is no newer for being read just now.
  const at = taken && Math.min(taken, Date.parse(chart.date) + DAY_MS);
  if (!isNewest.value || at === null) return <span>{dayName(chart.date)}</span>;
  const age = Math.max(0, Math.max(now.value, serverNow()) - at);
  const isOld = age > DAY_MS;
  return (
    <span class={isOld ? "charts-old" : undefined}>
      {isOld ? texts.takenLongAgo(timeAgo(age)) : texts.taken(timeAgo(age))}
    </span>
  );
}

/** What plays are counted of, and what movements are against unless that is the day before. */
function Basis() {
  const texts = lazyMessages().charts;
  const { chart } = shownChart.value;
  if (!chart) return null;
  const counted = countedServices(chart);
  const { date, compared_with } = chart;
  const isGap = compared_with !== null && compared_with !== addDays(date, -1);
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

function fetchedAt(sources: readonly ChartSource[]): number | null {
  const moments = sources.flatMap(({ fetched_at }) => (fetched_at ? [Date.parse(fetched_at)] : []));
  return moments.length ? Math.max(...moments) : null;
}

function Failures() {
  const texts = lazyMessages().charts;
  const { chart } = shownChart.value;
  if (!chart) return null;
  const late = isNewest.value ? [...(failedSince.value.get(chart.genre) ?? [])] : [];
  const failed = chart.sources.filter(({ service, status }) => status !== "ok" && !late.includes(service));
  const unconfirmed = chart.sources.filter(({ is_confirmed }) => is_confirmed === false);
  const incomplete = chart.sources.filter(({ unreadable }) => unreadable);
  if (![failed, late, unconfirmed, incomplete].some(({ length }) => length)) return null;
  return (
    <ul class="charts-note charts-failures small">
      {failed.map((source) => (
        <li key={source.service}>{sourceMessage(source)}</li>
      ))}
      {incomplete.map(({ service, unreadable }) => (
        <li key={`incomplete ${service}`}>{texts.unreadable(serviceName(service), unreadable ?? 0)}</li>
      ))}
      {unconfirmed.length > 0 && (
        <li>{texts.unconfirmed(unconfirmed.map(({ service }) => serviceName(service)))}</li>
      )}
      {late.map((service) => (
        <li key={`late ${service}`}>{texts.failedNow(serviceName(service))}</li>
      ))}
    </ul>
  );
}

function sourceMessage({ service, status, date }: ChartSource): string {
  const { source } = lazyMessages().charts;
  const name = serviceName(service);
  const of = date && dayName(date);
  if (status === "quarantined") return source.quarantined(name, of);
  if (status === "stale") return source.stale(name, of);
  return status === "missing" ? source.missing(name, of) : source.failed(name, of);
}
