/** Statistics of listening and liking: of all users, and the user's own. */

import type { ComponentChild } from "preact";
import { useEffect } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { account, isIdentityUnavailable, loadIdentity, mayHaveAccount } from "../../store/identity.ts";
import { goToPart } from "../../store/router.ts";
import { followStats, globalStats, loadStats, myStats, type Scope, scope } from "../../store/stats.ts";
import { ErrorRetry } from "../../ui/lazy.tsx";
import { GlobalStats, MyStats } from "./stats_panels.tsx";
import { Tonight } from "./tonight.tsx";
import "../../ui/panel.css";
import "./stats.css";

export function Stats() {
  useEffect(followStats, []);
  const isOwn = scope.value === "me";
  return (
    <div class="panel">
      <ScopeChoice />
      {!isOwn && <Tonight />}
      {isOwn ? <ForMe /> : <StatsContent {...globalStats.value} Known={GlobalStats} />}
    </div>
  );
}

function ForMe() {
  if (account.value === undefined)
    return isIdentityUnavailable.value ? <LoadFailed isPart={false} onRetry={loadIdentity} /> : <Loading />;
  if (account.value === null) return <SignInFirst />;
  return <StatsContent {...myStats.value} Known={MyStats} />;
}

function ScopeChoice() {
  const texts = lazyMessages().stats;
  const options: [Scope, string][] = [
    ["all", texts.all],
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

interface StatsContentProps {
  known: object | null;
  problem: unknown;
  Known: () => ComponentChild;
}

function StatsContent({ known, problem, Known }: StatsContentProps) {
  const other = isUnreachable(problem) ? null : errorMessage(problem);
  return (
    <>
      {problem !== null && <LoadFailed isPart={known !== null} other={other} onRetry={loadStats} />}
      {known === null && problem === null && <Loading />}
      <Known />
    </>
  );
}

function SignInFirst() {
  const texts = lazyMessages().stats;
  return (
    <div class="empty">
      <p>{mayHaveAccount ? texts.signInFirst : lazyMessages().account.elsewhere}</p>
      <button type="button" class="button main" onClick={() => goToPart("account")}>
        {texts.toAccount}
      </button>
    </div>
  );
}

interface LoadFailedProps {
  isPart: boolean;
  /** What is wrong, if it is not the network. */
  other?: string | null;
  onRetry: () => Promise<void>;
}

function LoadFailed({ isPart, other, onRetry }: LoadFailedProps) {
  const texts = lazyMessages().stats;
  return (
    <ErrorRetry
      class={isPart ? "panel-problem card" : "empty"}
      text={other ?? (isPart ? texts.needsNetworkKept : texts.needsNetwork)}
      label={messages().app.retry}
      onRetry={onRetry}
    />
  );
}

function Loading() {
  return (
    <div class="stats-loading" role="status">
      <span class="spoken">{lazyMessages().stats.loading}</span>
      {Array.from({ length: 4 }, (_, index) => (
        <div class="skeleton" aria-hidden="true" key={index} />
      ))}
    </div>
  );
}
