/** The last plays of the room, each of which can be had again. */

import { useEffect } from "preact/hooks";
import { addingName, addOnce, goneTracks, placeText, standingOf } from "../../store/adding.ts";
import { ANONYMOUS } from "../../store/guest.ts";
import { allowedCover } from "../../store/page.ts";
import { followPlays, loadPlays, type Play, plays } from "../../store/plays.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { Cover } from "../../ui/cover.tsx";
import { PlaceButton } from "../../ui/place_button.tsx";
import { Retry } from "../../ui/retry.tsx";
import { words } from "../../words/index.ts";
import "./history.css";

export function History() {
  useEffect(followPlays, []);
  const texts = words().history;
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
  const { list, problem } = plays.value;
  const texts = words().history;
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
  const { history, others } = words();
  const { track } = play;
  const who = play.added_by === ANONYMOUS ? others.anonymous : play.added_by;
  const played = play.played_at && when(play.played_at);
  return (
    <li class="history-row">
      <Cover url={allowedCover(track.cover_url)} seed={track.artist} size={44} />
      <div class="history-words">
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
  const standing = standingOf(track.id);
  const { history } = words();
  if (goneTracks.value.has(track.id)) return <span class="dim small history-gone">{history.gone}</span>;
  const isFree = standing.kind === "free";
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={isFree ? history.addNamed(track.title, track.artist) : addingName(track)}
      place={placeText(standing)}
      onPress={() => addOnce(track)}
    />
  );
}

function Problem() {
  const { problem } = plays.value;
  if (!problem) return null;
  return (
    <Retry
      class="history-problem"
      text={hasNoAnswer(problem) ? words().history.needsNetwork : sentenceOf(problem)}
      label={words().app.retry}
      onRetry={loadPlays}
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
function when(iso: string): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString();
  return isToday ? words().timeOfDay(iso) : words().dayAndTime(iso);
}
