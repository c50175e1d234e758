/** The room on a large display: what plays, what comes next, and how to join. Nothing on it can be pressed. */

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { isNamed } from "../../store/identity.ts";
import { playing, roomName } from "../../store/room.ts";
import { allowedCoverUrl, loadServerInfo, roomLinks } from "../../store/server_info.ts";
import { playedShare, upcoming } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Cover, PersonDot } from "../../ui/cover.tsx";
import { everySecond, ProgressLine } from "../../ui/playback_time.tsx";
import { QrCode } from "../../ui/qr_code.tsx";
import "./screen.css";

const NEXT_ITEMS = 5;
// Enforced by CSS: its pixels are rem.
const COVER_PIXELS = 320;

/** `status` is shown in the header: the state of the connection. */
export function Screen({ status }: { status: ComponentChildren }) {
  useEffect(() => void loadServerInfo(), []);
  useEffect(stayAwake, []);
  const now = playing.value;
  const [link] = roomLinks.value;
  const { screen } = lazyMessages();
  const next = upcoming.value.slice(0, NEXT_ITEMS);
  return (
    <main class="screen">
      <header class="screen-head">
        <h1 class="one-line" dir="auto">
          {roomName.value}
        </h1>
        {status}
        <Clock />
      </header>
      <section class="screen-now" aria-label={messages().nowPlaying.title}>
        {now ? <Playing item={now} key={now.key} /> : <p class="dim">{messages().nowPlaying.nothing}</p>}
      </section>
      <section class="screen-next">
        <h2>{screen.next}</h2>
        {next.length === 0 && <p class="dim">{messages().queue.nothingToCome}</p>}
        <ol>
          {next.map((item) => (
            <li key={item.key}>
              <span class="one-line" dir="auto">
                {item.track.title}
              </span>
              <span class="screen-facts dim">
                <Facts item={item} />
                {item.votes !== 0 && <span class="numbers">{messages().queue.votes(item.votes)}</span>}
              </span>
            </li>
          ))}
        </ol>
      </section>
      {link && (
        <footer class="screen-join">
          <p>
            {screen.join}
            <span class="dim">{link.replace(/^https?:\/\//, "")}</span>
          </p>
          <QrCode text={link} label={lazyMessages().rooms.code(link)} />
        </footer>
      )}
    </main>
  );
}

function Playing({ item }: { item: ShownItem }) {
  const { title, artist, cover_url: url } = item.track;
  const share = useCallback(() => playedShare(item), [item]);
  return (
    <>
      <Cover url={allowedCoverUrl(url)} seed={artist || title} size={COVER_PIXELS} />
      <h2 class="screen-title" dir="auto">
        {title}
      </h2>
      <p class="screen-facts">
        <Facts item={item} />
      </p>
      {item.track.duration_seconds && <ProgressLine class="playing-line" share={share} />}
    </>
  );
}

/** The display stays on while this page is shown. Browsers allow that on HTTPS and localhost only. */
function stayAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  const request = async () => {
    // A page that was hidden has lost it. A device that saves energy rejects it; the page is shown anyway.
    if (document.visibilityState === "visible") {
      lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    }
  };
  void request();
  document.addEventListener("visibilitychange", request);
  return () => {
    document.removeEventListener("visibilitychange", request);
    void lock?.release();
  };
}

/** The artist, and the name of the user who added it. */
function Facts({ item }: { item: ShownItem }) {
  return (
    <>
      <bdi class="one-line">{item.track.artist}</bdi>
      {isNamed(item.added_by) && (
        <span class="screen-who">
          <span class="spoken">{messages().queue.by} </span>
          <PersonDot name={item.added_by} />
          <bdi class="one-line">{item.added_by}</bdi>
        </span>
      )}
    </>
  );
}

function Clock() {
  const place = useRef<HTMLTimeElement>(null);
  const { timeOfDay } = messages();
  useEffect(
    () =>
      everySecond(() => {
        if (place.current) place.current.textContent = timeOfDay(new Date().toISOString());
      }),
    [timeOfDay],
  );
  return <time class="dim numbers" ref={place} />;
}
