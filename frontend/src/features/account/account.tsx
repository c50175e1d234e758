/** Who one is with an account: signing in and up, or what one is and likes. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { account, mayHaveAccount } from "../../store/account.ts";
import { isUnanswered, recogniseMe } from "../../store/guest.ts";
import { serverAddress } from "../../store/page.ts";
import { Icon } from "../../ui/icon.tsx";
import { laterWords, words } from "../../words/index.ts";
import { OwnData } from "./own_data.tsx";
import { PasswordChange } from "./password_change.tsx";
import { SignedIn } from "./signed_in.tsx";
import { SignedOut } from "./signed_out.tsx";
import { Taste } from "./taste.tsx";
import "../../ui/panel.css";
import "./account.css";

export function Account() {
  const me = account.value;
  const place = useRef<HTMLDivElement>(null);
  // Looked up before anything of this drawing is in the page.
  const hadFocus = place.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    // What had it has gone with the person.
    if (hadFocus && document.activeElement === document.body) place.current?.querySelector("h2")?.focus();
  }, [me?.id]);
  return (
    <div class="panel" ref={place}>
      <Parts />
    </div>
  );
}

function Parts() {
  const me = account.value;
  if (!mayHaveAccount) return <Elsewhere />;
  if (me === undefined) return <Unknown />;
  if (me === null) return <SignedOut />;
  return (
    <>
      <SignedIn me={me} />
      <Taste key={me.id} profile={me.profile} />
      <PasswordChange login={me.username} />
      <OwnData />
    </>
  );
}

/** The cookie does not go to a page of another origin, and no token is kept. */
function Elsewhere() {
  const texts = laterWords().account;
  return (
    <div class="empty">
      <p>{texts.elsewhere}</p>
      <a class="button" href={serverAddress("/#account")}>
        {texts.toServer}
      </a>
    </div>
  );
}

function Unknown() {
  if (!isUnanswered.value) {
    return (
      <div role="status">
        <span class="spoken">{laterWords().account.recognising}</span>
        <div class="skeleton" aria-hidden="true" />
      </div>
    );
  }
  return (
    <div class="empty" role="status">
      <p>{laterWords().account.unknown}</p>
      <button type="button" class="button" onClick={() => void recogniseMe()}>
        <Icon name="retry" />
        {words().app.retry}
      </button>
    </div>
  );
}
