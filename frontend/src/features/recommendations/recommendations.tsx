/** Recommendations for the user and for the room, each with its reason; and the button that requests a new list. */

import { useEffect } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { account, isIdentityUnavailable, loadIdentity, mayHaveAccount } from "../../store/identity.ts";
import {
  followRecommendations,
  type ListScope,
  listScope,
  loadRecommendations,
  recommended,
} from "../../store/recommendations.ts";
import { isRefreshing, refreshRecommendations, refreshState } from "../../store/refresh_recommendations.ts";
import { goToPart } from "../../store/router.ts";
import { Icon } from "../../ui/icon.tsx";
import { ErrorRetry } from "../../ui/lazy.tsx";
import { RecommendationList } from "./list.tsx";
import "../../ui/panel.css";
import "./recommendations.css";

export function Recommendations() {
  useEffect(followRecommendations, []);
  const isOwn = listScope.value === "me";
  return (
    <div class="discover">
      <h2 class="spoken">{messages().app.discover}</h2>
      <ScopeChoice />
      {isOwn ? <ForMe /> : <ForRoom />}
    </div>
  );
}

function ForMe() {
  if (account.value === undefined)
    return isIdentityUnavailable.value ? <LoadFailed isPart={false} onRetry={loadIdentity} /> : <Loading />;
  if (account.value === null) return <ForGuest />;
  return (
    <>
      <RefreshButton />
      <Problem />
      <RecommendationsContent />
    </>
  );
}

/** What fits the room, what is popular, and below it how to get more. */
function ForGuest() {
  const texts = lazyMessages().discover;
  return (
    <>
      <Problem />
      <RecommendationsContent />
      <div class="discover-invitation">
        <p class="dim">{mayHaveAccount ? texts.signInFirst : lazyMessages().account.elsewhere}</p>
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
      <p class="dim small discover-line">{lazyMessages().discover.forRoomHelp}</p>
      <Problem />
      <RecommendationsContent />
    </>
  );
}

function ScopeChoice() {
  const texts = lazyMessages().discover;
  const options: [ListScope, string][] = [
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
          aria-pressed={listScope.value === value}
          onClick={() => {
            listScope.value = value;
          }}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function RecommendationsContent() {
  const { answer, problem } = recommended.value;
  if (answer) return <RecommendationList />;
  return problem === null ? <Loading /> : null;
}

/** Whole, or above what was loaded before. */
function Problem() {
  const { answer, problem } = recommended.value;
  if (problem === null) return null;
  const other = isUnreachable(problem) ? null : errorMessage(problem);
  return <LoadFailed isPart={answer !== null} other={other} onRetry={loadRecommendations} />;
}

interface LoadFailedProps {
  isPart: boolean;
  /** What is wrong, if it is not the network. */
  other?: string | null;
  onRetry: () => Promise<void>;
}

function LoadFailed({ isPart, other, onRetry }: LoadFailedProps) {
  const texts = lazyMessages().discover;
  return (
    <ErrorRetry
      class={isPart ? "panel-problem discover-line" : "empty"}
      text={other ?? (isPart ? texts.needsNetworkKept : texts.needsNetwork)}
      label={messages().app.retry}
      onRetry={onRetry}
    />
  );
}

function Loading() {
  return (
    <div class="discover-skeletons" role="status">
      <span class="spoken">{lazyMessages().discover.loading}</span>
      {Array.from({ length: 6 }, (_, index) => (
        <div class="skeleton" aria-hidden="true" key={index} />
      ))}
    </div>
  );
}

export function RefreshButton() {
  const { answer } = recommended.value;
  const texts = lazyMessages().discover;
  const madeAt = answer && (answer.stale ? texts.stale : texts.madeAt(timeText(answer.generated_at)));
  return (
    <div class="discover-line dim small numbers">
      <span>{madeAt}</span>
      <button
        type="button"
        class="button discover-refresh"
        aria-disabled={isRefreshing() || undefined}
        onClick={() => void refreshRecommendations()}
      >
        <Icon name="retry" />
        {texts.refresh}
      </button>
      <span class="discover-status" role="status">
        {refreshMessage()}
      </span>
    </div>
  );
}

function refreshMessage(): string {
  const texts = lazyMessages().discover;
  const now = refreshState.value;
  switch (now.kind) {
    case "none":
      return "";
    case "under way":
      return texts.refreshing;
    case "long":
      return texts.takesLong;
    case "done":
      return texts.refreshed;
    case "same":
      return texts.refreshedSame;
    case "failed":
      return texts.refreshFailed;
    case "too often":
      return texts.tooOften(now.minutes);
    case "problem":
      return isUnreachable(now.problem) ? texts.needsNetworkKept : errorMessage(now.problem);
  }
}

/** The time alone is enough for today. */
function timeText(iso: string): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString();
  return isToday ? messages().timeOfDay(iso) : messages().dayAndTime(iso);
}
