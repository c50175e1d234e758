/** The player of the room: seek bar, volume, speakers. On wide screens in the panel, on phones in a sheet. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage } from "../../store/api_errors.ts";
import {
  control,
  isPlayerOpen,
  isPlayerUsed,
  player,
  playerProblem,
  positionMs,
} from "../../store/player.ts";
import { isLive, playing, speakerPath, view } from "../../store/room.ts";
import { revealInQueue, showPart } from "../../store/router.ts";
import { allowedCoverUrl } from "../../store/server_info.ts";
import { isInSync, isSpeaking, speakerState, startSpeaker, stopSpeaker } from "../../store/speaker.ts";
import { upcomingSeconds } from "../../store/up_next.ts";
import { Cover } from "../../ui/cover.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { everySecond } from "../../ui/playback_time.tsx";
import "./player.css";

const COVER_PIXELS = 160;
/** By arrow keys. */
const SEEK_STEP_SECONDS = 5;

/** Below what plays, where there is room for it. */
export function PlayerControls({ transport }: { transport: ComponentChildren }) {
  return (
    <div class="player">
      {isPlayerUsed.value && (
        <>
          <SeekBar />
          {transport}
          <Volume />
        </>
      )}
      <Problem />
      <Speakers />
    </div>
  );
}

export function PlayerSheet({ transport }: { transport: ComponentChildren }) {
  const item = playing.value;
  const { nowPlaying, app } = messages();
  const close = () => {
    isPlayerOpen.value = false;
  };
  return (
    <Dialog title={nowPlaying.title} closeLabel={app.close} onClose={close}>
      {item ? (
        <div class="player-now">
          <Cover url={allowedCoverUrl(item.track.cover_url)} seed={item.track.artist} size={COVER_PIXELS} />
          <p class="player-title" dir="auto">
            {item.track.title}
          </p>
          <p class="dim" dir="auto">
            {item.track.artist}
          </p>
          <button
            type="button"
            class="button"
            onClick={() => {
              close();
              showPart("queue");
              revealInQueue(item.key);
            }}
          >
            {nowPlaying.show}
          </button>
        </div>
      ) : (
        <p class="dim">{nowPlaying.nothing}</p>
      )}
      <PlayerControls transport={transport} />
    </Dialog>
  );
}

/** Follows the clock; while a user moves it, it stays where the user has put it. */
function SeekBar() {
  const now = player.value;
  const [seconds, setSeconds] = useState(0);
  const [isHeld, setHeld] = useState(false);
  useEffect(
    () => (isHeld || !now ? undefined : everySecond(() => setSeconds(Math.floor(positionMs(now) / 1000)))),
    [now, isHeld],
  );
  if (!now?.item) return null;
  const { clock, nowPlaying } = messages();
  const texts = lazyMessages().player;
  const whole = now.duration_ms === null ? null : Math.round(now.duration_ms / 1000);
  const shown = whole === null ? clock(seconds) : nowPlaying.of(clock(seconds), clock(whole));
  const spoken = texts.position(seconds, whole);
  return (
    <div class="player-seek">
      {whole !== null && (
        <input
          type="range"
          min={0}
          max={whole}
          step={SEEK_STEP_SECONDS}
          value={seconds}
          aria-label={texts.seek}
          aria-valuetext={spoken}
          onInput={({ currentTarget }) => {
            setHeld(true);
            setSeconds(Number(currentTarget.value));
          }}
          onChange={({ currentTarget }) => {
            const position = Math.min(Number(currentTarget.value) * 1000, now.duration_ms ?? 0);
            void control({ action: "seek", position_ms: position }).finally(() => setHeld(false));
          }}
        />
      )}
      <p class="dim small numbers">
        {shown}
        {now.state === "paused" && ` · ${texts.reasons[now.reason ?? "paused"]}`}
      </p>
      {upcomingSeconds.value > 0 && (
        <p class="dim small numbers">{texts.left(clock(upcomingSeconds.value))}</p>
      )}
    </div>
  );
}

function Volume() {
  const texts = lazyMessages().player;
  const volume = player.value?.volume ?? 0;
  return (
    <label class="player-volume">
      <span class="small">{texts.volume}</span>
      <input
        type="range"
        min={0}
        max={100}
        step={5}
        value={volume}
        aria-valuetext={texts.percent(volume)}
        onChange={({ currentTarget }) =>
          void control({ action: "settings", volume: Number(currentTarget.value) })
        }
      />
    </label>
  );
}

function Problem() {
  const problem = playerProblem.value;
  return problem ? (
    <p class="small" role="status">
      {errorMessage(problem)}
    </p>
  ) : null;
}

/** Which speakers play, and this browser as one of them. */
function Speakers() {
  const texts = lazyMessages().player;
  const speakers = player.value?.speakers ?? [];
  const { silence, problem } = speakerState.value;
  return (
    <section class="player-speakers" aria-label={texts.speakers}>
      {!isLive.value && <p class="dim small">{texts.stale}</p>}
      {isPlayerUsed.value && speakers.length === 0 && <p class="dim small">{texts.noSpeaker}</p>}
      <ul>
        {speakers.map((one) => (
          <li key={one.speaker_id} class="small">
            <span dir="auto">{one.name}</span>{" "}
            <span class="dim">
              {player.value?.state !== "playing"
                ? texts.connected
                : one.in_sync
                  ? texts.inSync
                  : texts.lag(one.lag_ms)}
            </span>
          </li>
        ))}
      </ul>
      {isSpeaking.value ? (
        <>
          <p class="small" role="status">
            {silence === null ? (isInSync.value ? texts.here : texts.adjusting) : texts.silence[silence]}
            {problem && ` (${problem})`}
          </p>
          {silence === "blocked" && <PlayHere />}
          <button type="button" class="button" onClick={stopSpeaker}>
            {texts.stopHere}
          </button>
        </>
      ) : (
        <PlayHere />
      )}
      <a class="small" href={speakerPath(view.value.room)} target="_blank" rel="noreferrer">
        {texts.page}
      </a>
    </section>
  );
}

export function PlayHere() {
  return (
    <button type="button" class="button main" onClick={() => void playHere()}>
      {lazyMessages().player.playHere}
    </button>
  );
}

/** Joins as a speaker; what does not play begins to. */
export async function playHere(): Promise<void> {
  await startSpeaker();
  if (player.peek()?.state !== "playing" && view.peek().items.length > 0) await control({ action: "play" });
}
