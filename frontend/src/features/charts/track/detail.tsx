/** One track of the charts: where it is and was, how often it is played, what sounds like it. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChartTrack } from "../../../generated/api.ts";
import { chartTrack, followChartTrack, loadChartTrack } from "../../../store/chart_track.ts";
import { allowedCover } from "../../../store/page.ts";
import { hasNoAnswer, isNotFound, sentenceOf } from "../../../store/problems.ts";
import { Cover } from "../../../ui/cover.tsx";
import { IconButton } from "../../../ui/icon_button.tsx";
import { Retry } from "../../../ui/retry.tsx";
import { laterWords, words } from "../../../words/index.ts";
import { Add } from "../add.tsx";
import { Counts, Ranks } from "./histories.tsx";
import { Services } from "./services.tsx";
import { Similar } from "./similar.tsx";
import "../../../ui/panel.css";
import "./detail.css";

interface Props {
  isrc: string;
  onClose: () => void;
  /** Of a track that sounds like this one. */
  onOpen: (isrc: string) => void;
}

/** Focus goes in, and back to where it was once this is gone. Escape closes. */
export function ChartTrackDetail({ isrc, onClose, onOpen }: Props) {
  const [told, setTold] = useState("");
  const panel = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => followChartTrack(isrc), [isrc]);
  useFocusInside(panel, title, isrc);
  const texts = laterWords().chartTrack;
  const { isrc: of, track, problem } = chartTrack.value;
  const known = of === isrc ? track : null;
  const trouble = of === isrc ? problem : null;
  return (
    <section
      class="panel chart-track"
      ref={panel}
      aria-labelledby="chart-track-title"
      onKeyDown={(event) => closeByEscape(event, onClose)}
    >
      <header class="chart-track-head">
        <IconButton icon="back" label={texts.back} onClick={onClose} />
        {known && <Cover url={allowedCover(known.cover_url)} seed={known.artist} size={56} />}
        <div class="chart-track-words">
          <h2 id="chart-track-title" ref={title} tabIndex={-1} dir="auto">
            {known?.name ?? titleWithout(trouble)}
          </h2>
          {known && <By track={known} />}
        </div>
        {known && <Add line={known} onTell={setTold} />}
      </header>
      <Problem problem={trouble} isPart={known !== null} />
      {known ? (
        <Known key={known.isrc} track={known} onOpen={onOpen} onTell={setTold} />
      ) : (
        trouble === null && <Loading />
      )}
      <p class="spoken" role="status">
        {told || (known && texts.loaded(known.name, known.artist))}
      </p>
    </section>
  );
}

function titleWithout(problem: unknown): string {
  const texts = laterWords().chartTrack;
  if (problem === null) return texts.loading;
  return isNotFound(problem) ? texts.unknown : texts.track;
}

function By({ track: { artist, album } }: { track: ChartTrack }) {
  return (
    <p class="dim chart-track-by" dir="auto">
      <bdi>{artist}</bdi>
      {album && " · "}
      <bdi>{album}</bdi>
    </p>
  );
}

interface KnownProps {
  track: ChartTrack;
  onOpen: (isrc: string) => void;
  onTell: (told: string) => void;
}

function Known({ track, onOpen, onTell }: KnownProps) {
  return (
    <>
      {track.is_sample && <p class="dim small chart-track-line">{laterWords().chartTrack.sample}</p>}
      <Services track={track} />
      <Counts track={track} />
      <Ranks track={track} />
      <Similar track={track} onOpen={onOpen} onTell={onTell} />
    </>
  );
}

function Problem({ problem, isPart }: { problem: unknown; isPart: boolean }) {
  const texts = laterWords().chartTrack;
  // Nothing comes of asking again.
  if (problem === null || isNotFound(problem)) return null;
  const away = isPart ? texts.needsNetworkKept : texts.needsNetwork;
  return (
    <Retry
      class={isPart ? "panel-problem card" : "empty"}
      text={hasNoAnswer(problem) ? away : sentenceOf(problem)}
      label={words().app.retry}
      onRetry={loadChartTrack}
    />
  );
}

function Loading() {
  return (
    <div class="chart-track-loading" aria-hidden="true">
      {Array.from({ length: 4 }, (_, index) => (
        <div class="skeleton" key={index} />
      ))}
    </div>
  );
}

function closeByEscape(event: KeyboardEvent, onClose: () => void): void {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  onClose();
}

/** To the name of each track that is opened, which then stands at the top; in the end back. */
function useFocusInside(
  panel: RefObject<HTMLElement | null>,
  title: RefObject<HTMLElement | null>,
  isrc: string,
): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    // What was left may be drawn anew with what comes now.
    return () => queueMicrotask(() => before instanceof HTMLElement && before.isConnected && before.focus());
  }, []);
  useLayoutEffect(() => {
    panel.current?.scrollTo({ top: 0 });
    title.current?.focus({ preventScroll: true });
  }, [isrc]);
}
