/** The account: signing in and up, or the signed-in user's data and preferences. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { language, lazyMessages, messages } from "../../locales/index.ts";
import { accountErrorMessage } from "../../store/api_errors.ts";
import {
  account,
  isIdentityUnavailable,
  loadIdentity,
  mayHaveAccount,
  type Account as UserAccount,
} from "../../store/identity.ts";
import { serverUrl } from "../../store/server_info.ts";
import { signOut } from "../../store/session.ts";
import { showToast } from "../../store/toasts.ts";
import { Icon } from "../../ui/icon.tsx";
import { PasswordChange, PersonalData } from "./account_settings.tsx";
import { SignedOut } from "./signed_out.tsx";
import { TasteProfile } from "./taste_profile.tsx";
import "../../ui/panel.css";
import "./account.css";

export function Account() {
  const me = account.value;
  const place = useRef<HTMLDivElement>(null);
  // Before the elements of this rendering are in the document.
  const hadFocus = place.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    // What had it has gone with the person.
    if (hadFocus && document.activeElement === document.body) place.current?.querySelector("h2")?.focus();
  }, [me?.id]);
  return (
    <div class="panel" ref={place}>
      <Sections />
    </div>
  );
}

function Sections() {
  const me = account.value;
  if (!mayHaveAccount) return <OtherOrigin />;
  if (me === undefined) return <IdentityUnknown />;
  if (me === null) return <SignedOut />;
  return (
    <>
      <SignedIn me={me} />
      <TasteProfile key={me.id} profile={me.profile} />
      <PasswordChange login={me.username} />
      <PersonalData />
    </>
  );
}

/** A page of another origin gets no cookie, and no token is stored. */
function OtherOrigin() {
  const texts = lazyMessages().account;
  return (
    <div class="empty">
      <p>{texts.elsewhere}</p>
      <a class="button" href={serverUrl("/#account")}>
        {texts.toServer}
      </a>
    </div>
  );
}

function IdentityUnknown() {
  if (!isIdentityUnavailable.value) {
    return (
      <div role="status">
        <span class="spoken">{lazyMessages().account.recognising}</span>
        <div class="skeleton" aria-hidden="true" />
      </div>
    );
  }
  return (
    <div class="empty" role="status">
      <p>{lazyMessages().account.unknown}</p>
      <button type="button" class="button" onClick={() => void loadIdentity()}>
        <Icon name="retry" />
        {messages().app.retry}
      </button>
    </div>
  );
}

/** The name of the signed-in user, and signing out. */
export function SignedIn({ me }: { me: UserAccount }) {
  const texts = lazyMessages().account;
  const [problem, setProblem] = useState<unknown>(null);
  const leave = async () => {
    try {
      await signOut();
      showToast(lazyMessages().account.signedOut);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <section class="card panel-card" aria-labelledby="account-me">
      <h2 id="account-me" tabIndex={-1}>
        {texts.signedInAs} <bdi class="account-name">{me.username}</bdi>
      </h2>
      <p class="dim">
        <bdi>{me.email}</bdi> · {texts.since(formatDay(me.date_joined))}
      </p>
      <p class="problem" role="alert">
        {problem !== null && accountErrorMessage(problem)}
      </p>
      <button type="button" class="button" onClick={() => void leave()}>
        {texts.signOut}
      </button>
    </section>
  );
}

function formatDay(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(new Date(iso));
}
