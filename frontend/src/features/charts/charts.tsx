/** Popular tracks: of genres on music services, and of this room; current ones and those of earlier days. */

import { useEffect, useRef } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, isNotFound, isUnreachable } from "../../store/api_errors.ts";
import { isOfRoom, lines, loadCharts, openedTrack, shownChart } from "../../store/charts.ts";
import { followCharts } from "../../store/charts_subscription.ts";
import { useLayer } from "../../ui/hooks.ts";
import { ErrorRetry, lazy } from "../../ui/lazy.tsx";
import { ChartPicker, DateNavigation, SortControl } from "./chart_controls.tsx";
import { DataQualityNotes } from "./data_quality_notes.tsx";
import { ChartList } from "./list.tsx";
import "../../ui/panel.css";
import "./charts.css";

const ChartTrackDetail = lazy(() => import("./track/detail.tsx").then((module) => module.ChartTrackDetail), {
  Failed: DetailFailed,
});

export function Charts({ isShown }: { isShown: boolean }) {
  const opened = openedTrack.value;
  const list = useRef<HTMLDivElement>(null);
  /** Where one was, however many tracks one has gone through since. */
  const origin = useRef(opened);
  useEffect(() => (isShown ? followCharts() : undefined), [isShown]);
  const open = (isrc: string) => {
    origin.current = isrc;
    openTrack(isrc);
  };
  const close = () => {
    const row = list.current?.querySelector<HTMLElement>(`[data-isrc="${origin.current}"] button`);
    openedTrack.value = "";
    // Once it is drawn: what is hidden takes no focus.
    requestAnimationFrame(() => row?.focus());
  };
  useLayer(close, isShown && opened !== "");
  return (
    <div class="charts">
      <div class="charts-main" ref={list} hidden={opened !== ""}>
        <h2 class="spoken">{messages().app.charts}</h2>
        <ChartPicker />
        <DateNavigation />
        <DataQualityNotes />
        <Problem />
        <ChartContent onOpen={open} />
      </div>
      {opened && (
        <div class="charts-detail">
          <ChartTrackDetail isrc={opened} onClose={close} onOpen={openTrack} />
        </div>
      )}
    </div>
  );
}

function openTrack(isrc: string): void {
  openedTrack.value = isrc;
}

function ChartContent({ onOpen }: { onOpen: (isrc: string) => void }) {
  const { chart, problem } = shownChart.value;
  if (!chart) return problem === null ? <Loading /> : <ChartMissing problem={problem} />;
  if (!lines.value.length) return <EmptyChart />;
  return (
    <>
      <SortControl />
      <ChartList onOpen={onOpen} />
    </>
  );
}

/** There is no chart yet, or none of so long ago. */
function ChartMissing({ problem }: { problem: unknown }) {
  return isNotFound(problem) && !isOfRoom.value ? <EmptyChart /> : null;
}

function EmptyChart() {
  const texts = lazyMessages().charts;
  if (isOfRoom.value) return <EmptyMessage text={texts.roomEmpty} help={texts.roomEmptyHelp} />;
  // There is a chart, of lists that have no track in common.
  if (shownChart.value.chart)
    return <EmptyMessage text={texts.nothingAgreed} help={texts.nothingAgreedHelp} />;
  return <EmptyMessage text={texts.empty} help={texts.emptyHelp} />;
}

function EmptyMessage({ text, help }: { text: string; help: string }) {
  return (
    <div class="empty">
      <p>{text}</p>
      <p class="dim">{help}</p>
    </div>
  );
}

/** Whole, or above what was loaded before. */
function Problem() {
  const { chart, problem } = shownChart.value;
  if (problem === null || (isNotFound(problem) && !isOfRoom.value)) return null;
  const texts = lazyMessages().charts;
  const away = chart ? texts.needsNetworkKept : texts.needsNetwork;
  return (
    <ErrorRetry
      class={chart ? "panel-problem charts-line" : "empty"}
      text={isUnreachable(problem) ? away : errorMessage(problem)}
      label={messages().app.retry}
      onRetry={loadCharts}
    />
  );
}

function Loading() {
  return (
    <div class="charts-skeletons" role="status">
      <span class="spoken">{lazyMessages().charts.loading}</span>
      {Array.from({ length: 6 }, (_, index) => (
        <div class="skeleton" aria-hidden="true" key={index} />
      ))}
    </div>
  );
}

function DetailFailed({ retry }: { retry: () => void }) {
  const { app } = messages();
  return <ErrorRetry class="empty" text={app.partFailed} label={app.retry} onRetry={retry} />;
}
