/** Who is signed in, and signing out. */

import { useState } from "preact/hooks";
import type { Account } from "../../store/account.ts";
import { accountSentence } from "../../store/account_problems.ts";
import { signOut } from "../../store/session.ts";
import { tell } from "../../store/toasts.ts";
import { language, laterWords } from "../../words/index.ts";

export function SignedIn({ me }: { me: Account }) {
  const texts = laterWords().account;
  const [problem, setProblem] = useState<unknown>(null);
  const leave = async () => {
    try {
      await signOut();
      tell(laterWords().account.signedOut);
    } catch (refusal) {
      setProblem(refusal);
    }
  };
  return (
    <section class="card panel-card" aria-labelledby="account-me">
      <h2 id="account-me" tabIndex={-1}>
        {texts.signedInAs} <bdi class="account-who">{me.username}</bdi>
      </h2>
      <p class="dim">
        <bdi>{me.email}</bdi> · {texts.since(dayOf(me.date_joined))}
      </p>
      <p class="problem" role="alert">
        {problem !== null && accountSentence(problem)}
      </p>
      <button type="button" class="button" onClick={() => void leave()}>
        {texts.signOut}
      </button>
    </section>
  );
}

function dayOf(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(new Date(iso));
}
