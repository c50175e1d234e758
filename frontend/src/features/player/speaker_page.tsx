/** A browser that does nothing but play: one large button, then what plays and whether it is in sync. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { player } from "../../store/player.ts";
import { playing, roomName } from "../../store/room.ts";
import { allowedCoverUrl, loadServerInfo } from "../../store/server_info.ts";
import {
  isInSync,
  isSpeaking,
  lastFailure,
  ownVolume,
  playHere,
  setOwnVolume,
  speakerName,
  speakerState,
  stopSpeaker,
} from "../../store/speaker.ts";
import { Cover } from "../../ui/cover.tsx";
import { Slider } from "../../ui/slider.tsx";
import { VOLUME_STEP } from "./player.tsx";
import "./player.css";

const COVER_PIXELS = 280;

/** `status` is the state of the connection. */
export function SpeakerPage({ status }: { status: ComponentChildren }) {
  useEffect(() => void loadServerInfo(), []);
  useEffect(() => stopSpeaker, []);
  const texts = lazyMessages().player;
  const item = playing.value;
  const next = player.value?.next;
  const isBlocked = speakerState.value.silence === "blocked";
  return (
    <main class="speaker-page">
      <header>
        <h1 class="one-line" dir="auto">
          {roomName.value}
        </h1>
        {status}
      </header>
      {item ? (
        <div class="player-now">
          <Cover url={allowedCoverUrl(item.track.cover_url)} seed={item.track.artist} size={COVER_PIXELS} />
          <h2 dir="auto">{item.track.title}</h2>
          <p class="dim" dir="auto">
            {item.track.artist}
          </p>
        </div>
      ) : (
        <p class="dim">{messages().nowPlaying.nothing}</p>
      )}
      {isSpeaking.value && (
        <p role="status">
          {speakerName()} · {stateText()}
        </p>
      )}
      {(!isSpeaking.value || isBlocked) && (
        <button type="button" class="button main speaker-start" onClick={() => void playHere()}>
          {texts.start}
        </button>
      )}
      {isSpeaking.value && (
        <>
          {lastFailure.value && (
            <p class="small" role="alert">
              {texts.notPlayed(lastFailure.value.title, lastFailure.value.problem)}
            </p>
          )}
          <div class="player-volume">
            <span aria-hidden="true">{texts.ownVolume}</span>
            <Slider
              label={texts.ownVolume}
              max={100}
              step={VOLUME_STEP}
              value={ownVolume.value}
              valueText={(value) => texts.percent(Math.round(value))}
              onHold={(value) => value !== null && setOwnVolume(value)}
              onCommit={async (value) => setOwnVolume(value)}
            />
          </div>
        </>
      )}
      {next && (
        <p class="dim small" dir="auto">
          {texts.next(next.track.title)}
        </p>
      )}
    </main>
  );
}

/** Why it is silent, else whether it is in sync. */
function stateText(): string {
  const texts = lazyMessages().player;
  const { silence, deviationMs, service } = speakerState.value;
  if (silence === "paused") return texts.reasons[player.value?.reason ?? "paused"];
  if (silence !== null) return texts.silence[silence];
  const sync = isInSync.value ? texts.inSync : texts.lag(deviationMs);
  return service ? `${sync} ${texts.playedBy(service)}` : sync;
}
