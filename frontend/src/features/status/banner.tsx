/** One line below the head when something keeps the page from being in step, with what can be done about it. */

import { addressOfRoom } from "../../store/place.ts";
import { dismissStale, sendStale, view } from "../../store/room.ts";
import { newVersion } from "../../store/version.ts";
import { words } from "../../words/index.ts";
import "./status.css";

export function Banner() {
  return (
    <div class="banners" role="status">
      <ConnectionBanner />
      <StaleActions />
      <NewVersion />
    </div>
  );
}

function ConnectionBanner() {
  const { connection, waiting } = view.value;
  const { status } = words();
  if (connection.kind === "offline") {
    return (
      <p class="banner">
        {status.offlineBanner} {waiting.length > 0 && <strong>{status.waiting(waiting.length)}</strong>}
      </p>
    );
  }
  if (connection.kind === "reconnecting" && connection.isRestart) {
    return <p class="banner">{status.restarting}</p>;
  }
  if (connection.kind !== "ended") return null;
  return connection.reason === "no-such-room" ? (
    <p class="banner" role="alert">
      <span class="banner-text">{status.noSuchRoom}</span>
      <a class="button" href={addressOfRoom("main")}>
        {status.toMain}
      </a>
    </p>
  ) : (
    <p class="banner" role="alert">
      {status.notAllowed} {status.notAllowedHelp(location.origin)}
    </p>
  );
}

/** What was done too long ago to be sent without asking. */
function StaleActions() {
  return (
    <>
      {view.value.stale.map(({ opId, title }) => (
        <div class="banner" key={opId}>
          <span class="banner-text" dir="auto">
            {words().status.stale(title)}
          </span>
          <span class="banner-buttons">
            <button type="button" class="button" onClick={() => sendStale(opId)}>
              {words().status.sendNow}
            </button>
            <button type="button" class="button quiet" onClick={() => dismissStale(opId)}>
              {words().status.forget}
            </button>
          </span>
        </div>
      ))}
    </>
  );
}

function NewVersion() {
  const take = newVersion.value;
  if (!take) return null;
  return (
    <div class="banner">
      <span class="banner-text">{words().app.newVersion}</span>
      <button type="button" class="button" onClick={take}>
        {words().app.reload}
      </button>
    </div>
  );
}
