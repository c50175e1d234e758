/** The player of the room: seek bar, volume, speakers. On wide screens in the panel, on phones in a sheet. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage } from "../../store/api_errors.ts";
import { isNamed } from "../../store/identity.ts";
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
import { allowedCoverUrl, hasNoSound } from "../../store/server_info.ts";
import {
  isInSync,
  isSpeaking,
  lastFailure,
  ownSpeakerId,
  playHere,
  speakerState,
  stopSpeaker,
} from "../../store/speaker.ts";
import { upcomingSeconds } from "../../store/up_next.ts";
import { Cover, PersonDot } from "../../ui/cover.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { repeated } from "../../ui/playback_time.tsx";
import { Slider } from "../../ui/slider.tsx";
import "./player.css";

/** As large as the styles allow. */
const COVER_PIXELS = 280;
const SEEK_STEP_SECONDS = 5;
export const VOLUME_STEP = 5;
const DRAWN_MS = 250;

/** Below what plays, where there is room for it. */
export function PlayerControls({ transport }: { transport: ComponentChildren }) {
  return (
    <div class="player">
      {isPlayerUsed.value && (
        <>
          <Position />
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
          {isNamed(item.added_by) && (
            <p class="dim small" dir="auto">
              <PersonDot name={item.added_by} /> {nowPlaying.addedBy(item.added_by)}
            </p>
          )}
        </div>
      ) : (
        <p class="dim">{nowPlaying.nothing}</p>
      )}
      <PlayerControls transport={transport} />
      {item && (
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
      )}
    </Dialog>
  );
}

/** The seek bar, and where the track is: it follows the clock, or a user who moves it. */
function Position() {
  const now = player.value;
  const [passed, setPassed] = useState(0);
  const [held, setHeld] = useState<number | null>(null);
  useEffect(() => (now ? repeated(() => setPassed(positionMs(now) / 1000), DRAWN_MS) : undefined), [now]);
  if (!now?.item) return null;
  const { clock, nowPlaying } = messages();
  const texts = lazyMessages().player;
  const whole = now.duration_ms === null ? null : now.duration_ms / 1000;
  const seconds = Math.floor(held ?? passed);
  const length = whole === null ? null : Math.round(whole);
  // The button shows a pause that a user made: a line for it would move the button away from the pointer.
  const reason = now.state === "paused" && now.reason !== "paused" ? now.reason : null;
  return (
    <div class="player-seek">
      {whole !== null && (
        <Slider
          label={texts.seek}
          max={whole}
          step={SEEK_STEP_SECONDS}
          value={passed}
          valueText={(value) => texts.position(Math.floor(value), length)}
          onHold={setHeld}
          onCommit={(value) => control({ action: "seek", position_ms: Math.round(value * 1000) })}
        />
      )}
      <p class="player-times dim small numbers">
        <span>{length === null ? clock(seconds) : nowPlaying.of(clock(seconds), clock(length))}</span>
        {upcomingSeconds.value > 0 && <span>{texts.left(clock(upcomingSeconds.value))}</span>}
      </p>
      {reason && <p class="small">{texts.reasons[reason]}</p>}
      {hasNoSound(now.item.track) && <p class="small">{texts.silence["no-audio"]}</p>}
    </div>
  );
}

function Volume() {
  const texts = lazyMessages().player;
  return (
    <div class="player-volume">
      <span class="small" aria-hidden="true">
        {texts.volume}
      </span>
      <Slider
        label={texts.volume}
        max={100}
        step={VOLUME_STEP}
        value={player.value?.volume ?? 0}
        valueText={(value) => texts.percent(Math.round(value))}
        onCommit={(value) => control({ action: "settings", volume: Math.round(value) })}
      />
    </div>
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
  const others = player.value?.speakers.filter((one) => one.speaker_id !== ownSpeakerId.value) ?? [];
  const isPlaying = player.value?.state === "playing";
  return (
    <section class="player-speakers" aria-label={texts.speakers}>
      {!isLive.value && <p class="dim small">{texts.stale}</p>}
      {isPlayerUsed.value && !isSpeaking.value && others.length === 0 && (
        <p class="dim small">{texts.noSpeaker}</p>
      )}
      <ul>
        {others.map((one) => (
          <li key={one.speaker_id} class="small">
            <bdi>{one.name}</bdi>
            {isLive.value && (
              <span class="dim">
                {!isPlaying ? texts.connected : one.in_sync ? texts.inSync : texts.lag(one.lag_ms)}
              </span>
            )}
          </li>
        ))}
      </ul>
      {isSpeaking.value ? <OwnSpeaker /> : <PlayHere />}
      <a class="small" href={speakerPath(view.value.room)} target="_blank" rel="noreferrer">
        {texts.page}
      </a>
    </section>
  );
}

function OwnSpeaker() {
  const texts = lazyMessages().player;
  const { silence, service } = speakerState.value;
  const failure = lastFailure.value;
  return (
    <>
      {/* A track without audio is silent everywhere: that is said below the seek bar. */}
      {silence !== "no-audio" && (
        <p class="small" role="status">
          {silence === null ? (isInSync.value ? texts.here : texts.adjusting) : texts.silence[silence]}
          {service && ` ${texts.playedBy(service)}`}
        </p>
      )}
      {failure && <p class="small">{texts.notPlayed(failure.title, failure.problem)}</p>}
      {silence === "blocked" && <PlayHere />}
      <button type="button" class="button" onClick={stopSpeaker}>
        {texts.stopHere}
      </button>
    </>
  );
}

function PlayHere() {
  return (
    <button type="button" class="button main" onClick={() => void playHere()}>
      {lazyMessages().player.playHere}
    </button>
  );
}
