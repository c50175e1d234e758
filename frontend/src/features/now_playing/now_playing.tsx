/** What plays: a bar above the tabs, or a panel where there is room for it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { allowedCover } from "../../store/page.ts";
import { show } from "../../store/place.ts";
import { showInQueue } from "../../store/queue_focus.ts";
import { act, playing, serverNow } from "../../store/room.ts";
import { firstItem, nextItem, playItem, previousItem } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Cover } from "../../ui/cover.tsx";
import { IconButton } from "../../ui/icon_button.tsx";
import { words } from "../../words/index.ts";
import "./now_playing.css";

export function NowPlayingBar() {
  const item = playing.value;
  const isOver = useIsOver(item);
  return (
    <section class="playing-bar" aria-label={words().nowPlaying.title}>
      {item && <Progress item={item} class="playing-edge" />}
      {item ? (
        <Summary item={item} size={44} isOver={isOver} />
      ) : (
        <p class="playing-nothing dim">{words().nowPlaying.nothing}</p>
      )}
      <Controls item={item} isOver={isOver} />
    </section>
  );
}

export function NowPlayingPanel() {
  const item = playing.value;
  const isOver = useIsOver(item);
  return (
    <div class="card playing-panel">
      <h2>{words().nowPlaying.title}</h2>
      {item ? <Summary item={item} size={72} /> : <p class="dim">{words().nowPlaying.nothing}</p>}
      {item && <Progress item={item} class="playing-line" />}
      {item && (isOver ? <p class="small">{words().nowPlaying.over}</p> : <Times item={item} />)}
      <Controls item={item} isOver={isOver} />
    </div>
  );
}

/** Cover, title and artist; a press shows the item in the queue. */
function Summary({ item, size, isOver }: { item: ShownItem; size: number; isOver?: boolean }) {
  const { track } = item;
  const below = isOver ? words().nowPlaying.over : track.artist;
  return (
    <button
      type="button"
      class="playing-summary"
      aria-label={`${words().nowPlaying.show}: ${track.title} ${below}`}
      onClick={() => {
        show("queue");
        showInQueue(item.key);
      }}
    >
      <Cover url={allowedCover(track.cover_url)} seed={track.artist} size={size} />
      <span class="playing-words">
        <span class="playing-title one-line" dir="auto">
          {track.title}
        </span>{" "}
        <span class="dim small one-line" dir="auto">
          {below}
        </span>
      </span>
    </button>
  );
}

function Controls({ item, isOver }: { item: ShownItem | null; isOver: boolean }) {
  const { nowPlaying } = words();
  const previous = previousItem();
  const next = nextItem();
  const first = firstItem();
  return (
    <div class="playing-controls">
      <IconButton
        icon="previous"
        class="playing-previous"
        label={nowPlaying.previous}
        disabled={!previous}
        onClick={() => playItem(previous)}
      />
      {item ? (
        <IconButton
          icon="stop"
          class="playing-main"
          label={nowPlaying.stop}
          onClick={() => act({ kind: "stop" })}
        />
      ) : (
        <IconButton
          icon="play"
          class="playing-main"
          label={first ? nowPlaying.play(first.track.title) : nowPlaying.playFirst}
          disabled={!first}
          onClick={() => playItem(first)}
        />
      )}
      {isOver && next ? (
        <button type="button" class="button main" onClick={() => playItem(next)}>
          {nowPlaying.goOn}
        </button>
      ) : (
        <IconButton icon="next" label={nowPlaying.next} disabled={!next} onClick={() => playItem(next)} />
      )}
    </div>
  );
}

/** Seconds since the play began, by the server's clock; never more than the track is long. */
export function passedSeconds(item: ShownItem, now: number): number {
  if (!item.played_at) return 0;
  const passed = Math.max(0, (now - Date.parse(item.played_at)) / 1000);
  return Math.min(passed, item.track.duration_seconds ?? passed);
}

/** Whether the track is as long ago as it takes. Nothing says yet that it is really heard to its end. */
function useIsOver(item: ShownItem | null): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(
    () =>
      everySecond(() => {
        const whole = item?.track.duration_seconds;
        setIsOver(!!(item && whole) && passedSeconds(item, serverNow()) >= whole);
      }),
    [item],
  );
  return isOver;
}

/** A line that grows; drawn once a second, past the renderer. */
function Progress({ item, class: name }: { item: ShownItem; class: string }) {
  const line = useRef<HTMLDivElement>(null);
  const whole = item.track.duration_seconds;
  useEffect(
    () =>
      everySecond(() => {
        const share = whole ? passedSeconds(item, serverNow()) / whole : 0;
        line.current?.style.setProperty("--share", String(share));
      }),
    [item, whole],
  );
  return whole ? <div class={name} ref={line} aria-hidden="true" /> : null;
}

function Times({ item }: { item: ShownItem }) {
  const place = useRef<HTMLParagraphElement>(null);
  const whole = item.track.duration_seconds;
  const { clock, nowPlaying } = words();
  useEffect(
    () =>
      everySecond(() => {
        const passed = clock(passedSeconds(item, serverNow()));
        if (place.current) place.current.textContent = whole ? nowPlaying.of(passed, clock(whole)) : passed;
      }),
    [item, whole, clock, nowPlaying],
  );
  return <p class="dim small numbers" ref={place} />;
}

function everySecond(draw: () => void): () => void {
  draw();
  const timer = setInterval(draw, 1000);
  return () => clearInterval(timer);
}
