/** What is heard and liked here: by everybody, and by oneself. */

import type { ComponentChild } from "preact";
import { useEffect } from "preact/hooks";
import { account, mayHaveAccount } from "../../store/account.ts";
import { isUnanswered, recogniseMe } from "../../store/guest.ts";
import { goToPart } from "../../store/place.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { followStats, loadStats, overall, own, type Scope, scope } from "../../store/stats.ts";
import { Retry } from "../../ui/retry.tsx";
import { laterWords, words } from "../../words/index.ts";
import { Overall } from "./overall.tsx";
import { Own } from "./own.tsx";
import "../../ui/panel.css";
import "./stats.css";

export function Stats() {
  useEffect(followStats, []);
  const isOwn = scope.value === "me";
  return (
    <div class="panel">
      <Choice />
      {isOwn ? <ForMe /> : <Figures {...overall.value} Known={Overall} />}
    </div>
  );
}

function ForMe() {
  if (account.value === undefined)
    return isUnanswered.value ? <Away isPart={false} onRetry={recogniseMe} /> : <Loading />;
  if (account.value === null) return <SignInFirst />;
  return <Figures {...own.value} Known={Own} />;
}

function Choice() {
  const texts = laterWords().stats;
  const options: [Scope, string][] = [
    ["everybody", texts.everybody],
    ["me", texts.you],
  ];
  return (
    <fieldset class="stats-head" aria-label={texts.whose}>
      {options.map(([value, label]) => (
        <button
          type="button"
          class="chip"
          key={value}
          aria-pressed={scope.value === value}
          onClick={() => {
            scope.value = value;
          }}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

interface FiguresProps {
  known: object | null;
  problem: unknown;
  Known: () => ComponentChild;
}

function Figures({ known, problem, Known }: FiguresProps) {
  const other = hasNoAnswer(problem) ? null : sentenceOf(problem);
  return (
    <>
      {problem !== null && <Away isPart={known !== null} other={other} onRetry={loadStats} />}
      {known === null && problem === null && <Loading />}
      <Known />
    </>
  );
}

function SignInFirst() {
  const texts = laterWords().stats;
  return (
    <div class="empty">
      <p>{mayHaveAccount ? texts.signInFirst : laterWords().account.elsewhere}</p>
      <button type="button" class="button main" onClick={() => goToPart("account")}>
        {texts.toAccount}
      </button>
    </div>
  );
}

interface AwayProps {
  isPart: boolean;
  /** What is wrong, if it is not the network. */
  other?: string | null;
  onRetry: () => Promise<void>;
}

function Away({ isPart, other, onRetry }: AwayProps) {
  const texts = laterWords().stats;
  return (
    <Retry
      class={isPart ? "panel-problem card" : "empty"}
      text={other ?? (isPart ? texts.needsNetworkKept : texts.needsNetwork)}
      label={words().app.retry}
      onRetry={onRetry}
    />
  );
}

function Loading() {
  return (
    <div class="stats-loading" role="status">
      <span class="spoken">{laterWords().stats.loading}</span>
      {Array.from({ length: 4 }, (_, index) => (
        <div class="skeleton" aria-hidden="true" key={index} />
      ))}
    </div>
  );
}
