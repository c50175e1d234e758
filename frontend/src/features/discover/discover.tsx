/** What to play next: for oneself, and for those who are in the room, each with its reason. */

import { useEffect } from "preact/hooks";
import { account, mayHaveAccount } from "../../store/account.ts";
import {
  followRecommendations,
  loadRecommendations,
  recommended,
  type Whose,
  whose,
} from "../../store/discover.ts";
import { isUnanswered, recogniseMe } from "../../store/guest.ts";
import { goToPart } from "../../store/place.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { Retry } from "../../ui/retry.tsx";
import { laterWords, words } from "../../words/index.ts";
import { List } from "./list.tsx";
import { Refresh } from "./refresh.tsx";
import "../../ui/panel.css";
import "./discover.css";

export function Discover() {
  useEffect(followRecommendations, []);
  const isOwn = whose.value === "me";
  return (
    <div class="discover">
      <Choice />
      {isOwn ? <ForMe /> : <ForRoom />}
    </div>
  );
}

function ForMe() {
  if (account.value === undefined)
    return isUnanswered.value ? <Away isPart={false} onRetry={recogniseMe} /> : <Loading />;
  if (account.value === null) return <ForGuest />;
  return (
    <>
      <Refresh />
      <Problem />
      <Found />
    </>
  );
}

/** What fits the room, what is popular, and below it how to get more. */
function ForGuest() {
  const texts = laterWords().discover;
  return (
    <>
      <Problem />
      <Found />
      <div class="discover-invitation">
        <p class="dim">{mayHaveAccount ? texts.signInFirst : laterWords().account.elsewhere}</p>
        <button type="button" class="button" onClick={() => goToPart("account")}>
          {texts.toAccount}
        </button>
      </div>
    </>
  );
}

function ForRoom() {
  return (
    <>
      <p class="dim small discover-line">{laterWords().discover.forRoomHelp}</p>
      <Problem />
      <Found />
    </>
  );
}

function Choice() {
  const texts = laterWords().discover;
  const options: [Whose, string][] = [
    ["me", texts.forYou],
    ["room", texts.forRoom],
  ];
  return (
    <fieldset class="discover-whose" aria-label={texts.whose}>
      {options.map(([value, label]) => (
        <button
          type="button"
          class="chip"
          key={value}
          aria-pressed={whose.value === value}
          onClick={() => {
            whose.value = value;
          }}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function Found() {
  const { answer, problem } = recommended.value;
  if (answer) return <List />;
  return problem === null ? <Loading /> : null;
}

/** Whole, or above what was loaded before. */
function Problem() {
  const { answer, problem } = recommended.value;
  if (problem === null) return null;
  const other = hasNoAnswer(problem) ? null : sentenceOf(problem);
  return <Away isPart={answer !== null} other={other} onRetry={loadRecommendations} />;
}

interface AwayProps {
  isPart: boolean;
  /** What is wrong, if it is not the network. */
  other?: string | null;
  onRetry: () => Promise<void>;
}

function Away({ isPart, other, onRetry }: AwayProps) {
  const texts = laterWords().discover;
  return (
    <Retry
      class={isPart ? "panel-problem discover-line" : "empty"}
      text={other ?? (isPart ? texts.needsNetworkKept : texts.needsNetwork)}
      label={words().app.retry}
      onRetry={onRetry}
    />
  );
}

function Loading() {
  return (
    <div class="discover-skeletons" role="status">
      <span class="spoken">{laterWords().discover.loading}</span>
      {Array.from({ length: 6 }, (_, index) => (
        <div class="skeleton" aria-hidden="true" key={index} />
      ))}
    </div>
  );
}
