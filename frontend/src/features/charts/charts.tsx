/** What is popular: on the music services by genres, and in this room; of now, and of any day before. */

import { useEffect, useRef } from "preact/hooks";
import { isOfRoom, lines, loadCharts, openedTrack, shown } from "../../store/charts.ts";
import { followCharts } from "../../store/charts_live.ts";
import { hasNoAnswer, isNotFound, sentenceOf } from "../../store/problems.ts";
import { lazy } from "../../ui/lazy.tsx";
import { Retry } from "../../ui/retry.tsx";
import { useLayer } from "../../ui/use_layer.ts";
import { laterWords, words } from "../../words/index.ts";
import { Choice } from "./choice.tsx";
import { List } from "./list.tsx";
import { Notes } from "./notes.tsx";
import { Orders } from "./orders.tsx";
import { When } from "./when.tsx";
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
      <div class="charts-whole" ref={list} hidden={opened !== ""}>
        <Choice />
        <When />
        <Notes />
        <Problem />
        <Found onOpen={open} />
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

function Found({ onOpen }: { onOpen: (isrc: string) => void }) {
  const { chart, problem } = shown.value;
  if (!chart) return problem === null ? <Loading /> : <Nowhere problem={problem} />;
  if (!lines.value.length) return <Nothing />;
  return (
    <>
      <Orders />
      <List onOpen={onOpen} />
    </>
  );
}

/** There is no chart yet, or none of so long ago. */
function Nowhere({ problem }: { problem: unknown }) {
  return isNotFound(problem) && !isOfRoom.value ? <Nothing /> : null;
}

function Nothing() {
  const texts = laterWords().charts;
  if (isOfRoom.value) return <Empty text={texts.roomEmpty} help={texts.roomEmptyHelp} />;
  // There is a chart, of lists that have no track in common.
  if (shown.value.chart) return <Empty text={texts.nothingAgreed} help={texts.nothingAgreedHelp} />;
  return <Empty text={texts.empty} help={texts.emptyHelp} />;
}

function Empty({ text, help }: { text: string; help: string }) {
  return (
    <div class="empty">
      <p>{text}</p>
      <p class="dim">{help}</p>
    </div>
  );
}

/** Whole, or above what was loaded before. */
function Problem() {
  const { chart, problem } = shown.value;
  if (problem === null || (isNotFound(problem) && !isOfRoom.value)) return null;
  const texts = laterWords().charts;
  const away = chart ? texts.needsNetworkKept : texts.needsNetwork;
  return (
    <Retry
      class={chart ? "panel-problem charts-line" : "empty"}
      text={hasNoAnswer(problem) ? away : sentenceOf(problem)}
      label={words().app.retry}
      onRetry={loadCharts}
    />
  );
}

function Loading() {
  return (
    <div class="charts-skeletons" role="status">
      <span class="spoken">{laterWords().charts.loading}</span>
      {Array.from({ length: 6 }, (_, index) => (
        <div class="skeleton" aria-hidden="true" key={index} />
      ))}
    </div>
  );
}

function DetailFailed({ retry }: { retry: () => void }) {
  const { app } = words();
  return <Retry class="empty" text={app.partFailed} label={app.retry} onRetry={retry} />;
}
