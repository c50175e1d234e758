/** What plays: a bar above the tabs, or a panel where there is room for it. */

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { isNamed } from "../../store/identity.ts";
import { control, isPlayerOpen, isPlayerUsed, player, playOrPause, skip } from "../../store/player.ts";
import { act, playing } from "../../store/room.ts";
import { revealInQueue, showPart } from "../../store/router.ts";
import { allowedCoverUrl, hasNoSound } from "../../store/server_info.ts";
import {
  firstItem,
  nextItem,
  playedSeconds,
  playedShare,
  playItem,
  previousItem,
} from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Cover, PersonDot } from "../../ui/cover.tsx";
import { Icon, IconButton } from "../../ui/icon.tsx";
import { everySecond, ProgressLine } from "../../ui/playback_time.tsx";
import "./now_playing.css";

export function NowPlayingBar({ inert }: { inert: boolean }) {
  const item = playing.value;
  const isOver = useHasEnded(item);
  return (
    <section class="playing-bar" aria-label={messages().nowPlaying.title} inert={inert}>
      {item && <Progress item={item} class="playing-edge" />}
      {item ? (
        <Summary item={item} size={44} note={barNote(item, isOver)} onPress={pressBar} />
      ) : (
        <button type="button" class="playing-summary playing-empty dim" onClick={openPlayer}>
          {messages().nowPlaying.nothing}
        </button>
      )}
      {isPlayerUsed.value ? <Transport item={item} /> : <Controls item={item} isOver={isOver} />}
    </section>
  );
}

/** Loaded by now, or soon: browsers let a page make sound for some seconds after a tap. */
async function playHere(): Promise<void> {
  const speaker = await import("../../store/speaker.ts");
  await speaker.playHere();
}

function openPlayer(): void {
  isPlayerOpen.value = true;
}

/** `children` are the controls that are loaded later. */
export function NowPlayingPanel({ children }: { children: ComponentChildren }) {
  const item = playing.value;
  const isOver = useHasEnded(item);
  return (
    <div class="card playing-panel">
      <h2>{messages().nowPlaying.title}</h2>
      {item ? (
        <Summary item={item} size={72} isWide onPress={() => reveal(item)} />
      ) : (
        <p class="dim">{messages().nowPlaying.nothing}</p>
      )}
      {isPlayerUsed.value || (
        <>
          {item && <Progress item={item} class="playing-line" />}
          {item && (isOver ? <p class="small">{messages().nowPlaying.over}</p> : <Times item={item} />)}
          <Controls item={item} isOver={isOver} />
        </>
      )}
      {children}
    </div>
  );
}

/** Whether the player of the room is used, and nothing plays its audio. */
function hasNoSpeaker(): boolean {
  return player.value?.is_used === true && player.value.speakers.length === 0;
}

/** What is shown in place of the artist: why nothing is heard, or that the time is up. */
function barNote({ track }: ShownItem, isOver: boolean): string {
  const { nowPlaying } = messages();
  if (hasNoSpeaker()) return nowPlaying.noSpeaker;
  if (isPlayerUsed.value && hasNoSound(track)) return nowPlaying.noAudio;
  return isOver ? nowPlaying.over : "";
}

function pressBar(): void {
  openPlayer();
  if (hasNoSpeaker()) void playHere();
}

function reveal(item: ShownItem): void {
  showPart("queue");
  revealInQueue(item.key);
}

interface SummaryProps {
  item: ShownItem;
  size: number;
  note?: string;
  isWide?: boolean;
  onPress: () => void;
}

/** Cover, title, then a note, or artist and name of the user who added it. */
function Summary({ item, size, note, isWide, onPress }: SummaryProps) {
  const { track } = item;
  const { nowPlaying } = messages();
  const below = note || track.artist;
  const name = isNamed(item.added_by) ? item.added_by : "";
  const by = note ? "" : name && isWide ? nowPlaying.addedBy(name) : name;
  return (
    <button
      type="button"
      class="playing-summary"
      aria-label={`${isWide ? nowPlaying.show : nowPlaying.open}: ${[track.title, below, by].filter(Boolean).join(" ")}`}
      onClick={onPress}
    >
      <Cover url={allowedCoverUrl(track.cover_url)} seed={track.artist} size={size} />
      <span class="playing-words">
        <span class="playing-title one-line" dir="auto">
          {track.title}
        </span>{" "}
        <span class="playing-facts dim small">
          <bdi class={note ? "playing-note" : "one-line"}>{below}</bdi>{" "}
          {by && (
            <span class="playing-added-by">
              <PersonDot name={item.added_by} />
              <span class="one-line" dir="auto">
                {by}
              </span>
            </span>
          )}
        </span>
      </span>
    </button>
  );
}

/** The controls of a room whose player is used. */
export function Transport({ item }: { item: ShownItem | null }) {
  const { nowPlaying } = messages();
  const isPlaying = player.value?.state === "playing";
  const first = firstItem();
  const resume = first ? nowPlaying.play(first.track.title) : nowPlaying.playFirst;
  return (
    <div class="playing-controls playing-transport">
      <IconButton
        icon="previous"
        class="playing-previous"
        label={nowPlaying.previous}
        disabled={!item}
        onClick={() => void control({ action: "previous" })}
      />
      <IconButton
        icon={isPlaying ? "pause" : "play"}
        class="playing-main"
        label={isPlaying ? nowPlaying.pause : item ? nowPlaying.resume : resume}
        disabled={!item && !first}
        onClick={playOrPause}
      />
      <IconButton icon="next" label={nowPlaying.next} disabled={!item} onClick={skip} />
    </div>
  );
}

function Controls({ item, isOver }: { item: ShownItem | null; isOver: boolean }) {
  const { nowPlaying } = messages();
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
        <button type="button" class="button main playing-go-on" onClick={() => playItem(next)}>
          <Icon name="next" />
          <span>{nowPlaying.goOn}</span>
        </button>
      ) : (
        <IconButton icon="next" label={nowPlaying.next} disabled={!next} onClick={() => playItem(next)} />
      )}
    </div>
  );
}

/**
 * Whether the track's length has passed since it began. The server does not know whether it has been heard to its
 * end.
 */
function useHasEnded(item: ShownItem | null): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(
    () =>
      everySecond(() => {
        const whole = item?.track.duration_seconds;
        setIsOver(!isPlayerUsed.peek() && !!(item && whole) && playedSeconds(item) >= whole);
      }),
    [item],
  );
  return isOver;
}

/** A line that grows; none for a track without a length. */
function Progress({ item, class: name }: { item: ShownItem; class: string }) {
  const share = useCallback(() => playedShare(item), [item]);
  return item.track.duration_seconds ? <ProgressLine class={name} share={share} /> : null;
}

function Times({ item }: { item: ShownItem }) {
  const place = useRef<HTMLParagraphElement>(null);
  const whole = item.track.duration_seconds;
  const { clock, nowPlaying } = messages();
  useEffect(
    () =>
      everySecond(() => {
        const passed = clock(playedSeconds(item));
        if (place.current) place.current.textContent = whole ? nowPlaying.of(passed, clock(whole)) : passed;
      }),
    [item, whole, clock, nowPlaying],
  );
  return <p class="dim small numbers" ref={place} />;
}
