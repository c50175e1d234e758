/** The last plays of the room, each of which can be added again. */

import { useEffect } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import {
  addButtonLabel,
  addOnce,
  goneTracks,
  positionText,
  queuePositionOf,
  trackSheet,
} from "../../store/add_track.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { followHistory, loadHistory, type Play, playHistory } from "../../store/history.ts";
import { ANONYMOUS } from "../../store/identity.ts";
import { allowedCoverUrl } from "../../store/server_info.ts";
import { Cover } from "../../ui/cover.tsx";
import { ErrorRetry } from "../../ui/lazy.tsx";
import { PlaceButton } from "../../ui/place_button.tsx";
import "./history.css";

export function History() {
  useEffect(followHistory, []);
  const texts = lazyMessages().history;
  return (
    <div class="history">
      <header class="history-head">
        <h2>{texts.title}</h2>
        <p class="dim small">{texts.help}</p>
      </header>
      <Problem />
      <List />
    </div>
  );
}

function List() {
  const { list, problem } = playHistory.value;
  const texts = lazyMessages().history;
  if (!list) return problem ? null : <Loading />;
  if (!list.length) {
    return (
      <div class="empty">
        <p>{texts.empty}</p>
        <p class="dim">{texts.emptyHelp}</p>
      </div>
    );
  }
  return (
    <ul class="history-list" aria-label={texts.title}>
      {list.map((play) => (
        <Row play={play} key={`${play.id} ${play.ended_at}`} />
      ))}
    </ul>
  );
}

function Row({ play }: { play: Play }) {
  const { history } = lazyMessages();
  const { others } = messages();
  const { track } = play;
  const who = play.added_by === ANONYMOUS ? others.anonymous : play.added_by;
  const played = play.played_at && timeText(play.played_at);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: all that the sheet says is read out here.
    <li
      class="history-row"
      tabIndex={-1}
      onClick={({ target, currentTarget: row }) => {
        if (!(target as Element).closest("button")) trackSheet.value = { track, row };
      }}
    >
      <Cover url={allowedCoverUrl(track.cover_url)} seed={track.artist} size={44} />
      <div class="history-text">
        <span class="history-title one-line" dir="auto">
          {track.title}
        </span>
        <span class="dim small one-line" dir="auto">
          {track.artist}
        </span>
        <span class="dim small one-line numbers" aria-hidden="true">
          {[played, who].filter(Boolean).join(" · ")}
        </span>
        <span class="spoken">
          {[played && history.playedAt(played), history.addedBy(who)].filter(Boolean).join(", ")}
        </span>
      </div>
      <AddAgain play={play} />
    </li>
  );
}

function AddAgain({ play: { track } }: { play: Play }) {
  const standing = queuePositionOf(track.id);
  const { history } = lazyMessages();
  if (goneTracks.value.has(track.id))
    return <span class="dim small history-unavailable">{history.gone}</span>;
  const isFree = standing.kind === "free";
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={isFree ? history.addNamed(track.title, track.artist) : addButtonLabel(track)}
      place={positionText(standing)}
      onPress={() => addOnce(track)}
    />
  );
}

function Problem() {
  const { problem } = playHistory.value;
  if (!problem) return null;
  return (
    <ErrorRetry
      class="history-problem"
      text={isUnreachable(problem) ? lazyMessages().history.needsNetwork : errorMessage(problem)}
      label={messages().app.retry}
      onRetry={loadHistory}
    />
  );
}

function Loading() {
  return (
    <div class="history-loading" aria-hidden="true">
      {Array.from({ length: 5 }, (_, index) => (
        <div class="skeleton" key={index} />
      ))}
    </div>
  );
}

/** The time alone is enough for today. */
function timeText(iso: string): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString();
  return isToday ? messages().timeOfDay(iso) : messages().dayAndTime(iso);
}
