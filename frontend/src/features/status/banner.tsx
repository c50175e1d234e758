/** One line below the header when the web app is not in sync, with what the user can do. */

import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { messages, withLazyMessages } from "../../locales/index.ts";
import { newVersion } from "../../store/installation.ts";
import { view } from "../../store/room.ts";
import { roomPath } from "../../store/router.ts";
import { showToast } from "../../store/toasts.ts";
import { lazy } from "../../ui/lazy.tsx";
import { secondsUntil, useHasLasted, useSecondsUntil } from "./countdown.ts";
import "./status.css";

// What is over sooner needs no line of its own, which would move the page up and down.
const SHOW_AFTER_MILLISECONDS = 2000;

const isStaleListOpen = signal(false);

const StaleList = lazy(
  () => withLazyMessages(import("./stale_list.tsx").then((module) => module.StaleList)),
  {
    Failed: StaleListFailed,
    skeleton: <span hidden />,
  },
);

export function Banner() {
  return (
    <>
      <div class="banners" role="status">
        <ConnectionBanner />
        <RateLimited />
        <StaleActions />
        <NewVersion />
      </div>
      {isStaleListOpen.value && <StaleList onClose={closeStaleList} />}
    </>
  );
}

function ConnectionBanner() {
  const { connection, waiting } = view.value;
  const { status } = messages();
  const isReconnecting = connection.kind === "reconnecting";
  const isAway = useHasLasted(isReconnecting && waiting.length > 0, SHOW_AFTER_MILLISECONDS);
  if (connection.kind === "offline") return <UnsentChanges because={status.offlineBanner} />;
  if (isReconnecting && connection.isRestart) return <UnsentChanges because={status.restarting} />;
  if (isReconnecting && isAway) return <UnsentChanges because={status.unreachableBanner} />;
  if (connection.kind !== "ended") return null;
  return connection.reason === "no-such-room" ? (
    <p class="banner" role="alert">
      <span class="banner-text">{status.noSuchRoom}</span>
      <a class="button" href={roomPath("main")}>
        {status.toMain}
      </a>
    </p>
  ) : (
    <p class="banner" role="alert">
      {status.notAllowed} {status.notAllowedHelp(location.origin)}
    </p>
  );
}

function UnsentChanges({ because }: { because: string }) {
  const count = view.value.waiting.length;
  return (
    <p class="banner">
      <span>
        {because} {count > 0 && <strong>{messages().status.waiting(count)}</strong>}
      </span>
    </p>
  );
}

/** The server takes no more for a while: without a word one would only see clocks. */
function RateLimited() {
  const { connection, limitedUntil, waiting } = view.value;
  const { status } = messages();
  const seconds = useSecondsUntil(limitedUntil ?? 0);
  const secondsAtFirst = useMemo(() => secondsUntil(limitedUntil ?? 0), [limitedUntil]);
  const isLimited = useHasLasted(limitedUntil !== null, SHOW_AFTER_MILLISECONDS);
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

/** Unsent changes that are too old to be sent without asking: the user sends or discards each. */
function StaleActions() {
  const count = view.value.stale.length;
  if (count === 0) return null;
  const { status } = messages();
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
    showToast(messages().app.partFailed);
  }, []);
  return null;
}

function NewVersion() {
  const take = newVersion.value;
  if (!take) return null;
  return (
    <div class="banner">
      <span class="banner-text">{messages().app.newVersion}</span>
      <button type="button" class="button" onClick={take}>
        {messages().app.reload}
      </button>
    </div>
  );
}
