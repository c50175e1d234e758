/** One track of the charts: its services, its history, and similar tracks. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChartTrack } from "../../../generated/api.ts";
import { lazyMessages, messages } from "../../../locales/index.ts";
import { errorMessage, isNotFound, isUnreachable } from "../../../store/api_errors.ts";
import { chartTrack, followChartTrack, loadChartTrack } from "../../../store/chart_track.ts";
import { allowedCoverUrl } from "../../../store/server_info.ts";
import { Cover } from "../../../ui/cover.tsx";
import { IconButton } from "../../../ui/icon.tsx";
import { ErrorRetry } from "../../../ui/lazy.tsx";
import { percent } from "../formats.ts";
import { AddButton } from "../list.tsx";
import { PlayCounts, Ranks } from "./history_charts.tsx";
import { Services } from "./services.tsx";
import "../../../ui/panel.css";
import "./detail.css";

interface DetailProps {
  isrc: string;
  onClose: () => void;
  /** Of a track that sounds like this one. */
  onOpen: (isrc: string) => void;
}

/** Focus goes in, and back to where it was once this is gone. Escape closes. */
export function ChartTrackDetail({ isrc, onClose, onOpen }: DetailProps) {
  const [announcement, setAnnouncement] = useState("");
  const panel = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => followChartTrack(isrc), [isrc]);
  useFocusInside(panel, title, isrc);
  const texts = lazyMessages().chartTrack;
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
        {known && <Cover url={allowedCoverUrl(known.cover_url)} seed={known.artist} size={56} />}
        <div class="chart-track-text">
          <h2 id="chart-track-title" ref={title} tabIndex={-1} dir="auto">
            {known?.name ?? titleWithoutTrack(trouble)}
          </h2>
          {known && <Credits track={known} />}
        </div>
        {known && !known.is_sample && <AddButton line={known} onAnnounce={setAnnouncement} />}
      </header>
      <Problem problem={trouble} isPart={known !== null} />
      {known ? (
        <Details key={known.isrc} track={known} onOpen={onOpen} onAnnounce={setAnnouncement} />
      ) : (
        trouble === null && <Loading />
      )}
      <p class="spoken" role="status">
        {announcement || (known && texts.loaded(known.name, known.artist))}
      </p>
    </section>
  );
}

function titleWithoutTrack(problem: unknown): string {
  const texts = lazyMessages().chartTrack;
  if (problem === null) return texts.loading;
  return isNotFound(problem) ? texts.unknown : texts.track;
}

function Credits({ track: { artist, album } }: { track: ChartTrack }) {
  return (
    <p class="dim chart-track-by" dir="auto">
      <bdi>{artist}</bdi>
      {album && " · "}
      <bdi>{album}</bdi>
    </p>
  );
}

interface DetailsProps {
  track: ChartTrack;
  onOpen: (isrc: string) => void;
  onAnnounce: (text: string) => void;
}

function Details({ track, onOpen, onAnnounce }: DetailsProps) {
  return (
    <>
      {track.is_sample && <p class="dim small chart-track-line">{lazyMessages().chartTrack.sample}</p>}
      <Services track={track} />
      <PlayCounts track={track} />
      <Ranks track={track} />
      <SimilarTracks track={track} onOpen={onOpen} onAnnounce={onAnnounce} />
    </>
  );
}

function Problem({ problem, isPart }: { problem: unknown; isPart: boolean }) {
  const texts = lazyMessages().chartTrack;
  // Nothing comes of asking again.
  if (problem === null || isNotFound(problem)) return null;
  const away = isPart ? texts.needsNetworkKept : texts.needsNetwork;
  return (
    <ErrorRetry
      class={isPart ? "panel-problem card" : "empty"}
      text={isUnreachable(problem) ? away : errorMessage(problem)}
      label={messages().app.retry}
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

/** Focuses the title of each opened track, scrolled to the top; restores focus when it is closed. */
function useFocusInside(
  panel: RefObject<HTMLElement | null>,
  title: RefObject<HTMLElement | null>,
  isrc: string,
): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    // The element that had focus may render again at the same time.
    return () => queueMicrotask(() => before instanceof HTMLElement && before.isConnected && before.focus());
  }, []);
  useLayoutEffect(() => {
    panel.current?.scrollTo({ top: 0 });
    title.current?.focus({ preventScroll: true });
  }, [isrc]);
}

interface SimilarProps {
  track: ChartTrack;
  onOpen: (isrc: string) => void;
  onAnnounce: (text: string) => void;
}

export function SimilarTracks({ track: { similar, is_sample: isSample }, onOpen, onAnnounce }: SimilarProps) {
  const texts = lazyMessages().chartTrack;
  const nothing = similar.status === "missing" ? texts.similarUnknown : texts.similarNone;
  return (
    <section class="card panel-card" aria-labelledby="chart-track-similar">
      <h3 id="chart-track-similar">{texts.similar}</h3>
      {similar.tracks.length === 0 && <p class="dim">{nothing}</p>}
      <ul class="chart-track-similar">
        {similar.tracks.map(({ isrc, name, artist, similarity }) => (
          <li class="chart-track-row" key={isrc}>
            <button type="button" class="chart-track-open" onClick={() => onOpen(isrc)}>
              <Cover url={null} seed={artist} size={44} />
              <span class="chart-track-text">
                <span class="chart-track-name one-line" dir="auto">
                  {name}
                </span>
                <span class="dim small one-line numbers" dir="auto">
                  <bdi>{artist}</bdi> · {texts.alike(percent(similarity))}
                </span>
              </span>
            </button>
            {!isSample && <AddButton line={{ isrc, name, artist }} onAnnounce={onAnnounce} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
