/** One line below the head when something keeps the page from being in step, with what can be done about it. */

import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { addressOfRoom } from "../../store/place.ts";
import { view } from "../../store/room.ts";
import { tell } from "../../store/toasts.ts";
import { newVersion } from "../../store/version.ts";
import { lazy } from "../../ui/lazy.tsx";
import { words } from "../../words/index.ts";
import { secondsUntil, useLasting, useSecondsUntil } from "./times.ts";
import "./status.css";

// What is over sooner needs no line of its own, which would move the page up and down.
const PATIENCE_MILLISECONDS = 2000;

const isStaleListOpen = signal(false);

const StaleList = lazy(() => import("./stale_list.tsx").then((module) => module.StaleList), {
  Failed: StaleListFailed,
  skeleton: <span hidden />,
});

export function Banner() {
  return (
    <>
      <div class="banners" role="status">
        <ConnectionBanner />
        <Limited />
        <StaleActions />
        <NewVersion />
      </div>
      {isStaleListOpen.value && <StaleList onClose={closeStaleList} />}
    </>
  );
}

function ConnectionBanner() {
  const { connection, waiting } = view.value;
  const { status } = words();
  const isReconnecting = connection.kind === "reconnecting";
  const isAway = useLasting(isReconnecting && waiting.length > 0, PATIENCE_MILLISECONDS);
  if (connection.kind === "offline") return <Waiting because={status.offlineBanner} />;
  if (isReconnecting && connection.isRestart) return <Waiting because={status.restarting} />;
  if (isReconnecting && isAway) return <Waiting because={status.awayBanner} />;
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

function Waiting({ because }: { because: string }) {
  const count = view.value.waiting.length;
  return (
    <p class="banner">
      <span>
        {because} {count > 0 && <strong>{words().status.waiting(count)}</strong>}
      </span>
    </p>
  );
}

/** The server takes no more for a while: without a word one would only see clocks. */
function Limited() {
  const { connection, limitedUntil, waiting } = view.value;
  const { status } = words();
  const seconds = useSecondsUntil(limitedUntil ?? 0);
  const secondsAtFirst = useMemo(() => secondsUntil(limitedUntil ?? 0), [limitedUntil]);
  const isLimited = useLasting(limitedUntil !== null, PATIENCE_MILLISECONDS);
  if (!isLimited || connection.kind !== "live") return null;
  return (
    <p class="banner">
      <span>
        {/* Spoken once, not with each second. */}
        <span class="spoken">{status.limited(secondsAtFirst)}</span>
        <span aria-hidden="true">{status.limited(seconds)}</span>{" "}
        <strong>{status.waiting(waiting.length)}</strong>
      </span>
    </p>
  );
}

/** What was done too long ago to be sent without asking: one line, however much it is. */
function StaleActions() {
  const count = view.value.stale.length;
  if (count === 0) return null;
  const { status } = words();
  return (
    <div class="banner">
      <span class="banner-text">{status.stale(count)}</span>
      <button
        type="button"
        class="button"
        aria-haspopup="dialog"
        onClick={() => {
          isStaleListOpen.value = true;
        }}
      >
        {status.decide}
      </button>
    </div>
  );
}

function closeStaleList(): void {
  isStaleListOpen.value = false;
}

function StaleListFailed() {
  useEffect(() => {
    closeStaleList();
    tell(words().app.partFailed);
  }, []);
  return null;
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
