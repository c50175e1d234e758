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
  setOwnVolume,
  speakerName,
  speakerState,
  stopSpeaker,
} from "../../store/speaker.ts";
import { Cover } from "../../ui/cover.tsx";
import { playHere } from "./player.tsx";
import "./player.css";

const COVER_PIXELS = 280;

/** `status` is the state of the connection. */
export function SpeakerPage({ status }: { status: ComponentChildren }) {
  useEffect(() => void loadServerInfo(), []);
  useEffect(() => stopSpeaker, []);
  const texts = lazyMessages().player;
  const item = playing.value;
  const { silence, deviationMs, service } = speakerState.value;
  const isBlocked = silence === "blocked";
  const state =
    silence === null ? (isInSync.value ? texts.inSync : texts.lag(deviationMs)) : texts.silence[silence];
  const next = player.value?.next;
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
      {(!isSpeaking.value || isBlocked) && (
        <button type="button" class="button main speaker-start" onClick={() => void playHere()}>
          {isBlocked ? texts.tapAgain : texts.start}
        </button>
      )}
      {isSpeaking.value && (
        <>
          <p role="status">
            {speakerName()}: {state}
            {service && ` ${texts.playedBy(service)}`}
          </p>
          {lastFailure.value && (
            <p class="small" role="alert">
              {texts.notPlayed(lastFailure.value.title, lastFailure.value.problem)}
            </p>
          )}
          <label class="player-volume">
            <span>{texts.ownVolume}</span>
            <input
              type="range"
              min={0}
              max={100}
              step={5}
              value={ownVolume.value}
              aria-valuetext={texts.percent(ownVolume.value)}
              onInput={({ currentTarget }) => setOwnVolume(Number(currentTarget.value))}
            />
          </label>
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
