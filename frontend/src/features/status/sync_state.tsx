/** How far this browser is in step with the server: a sign in the head while it isn't, with details at a tap. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { connectNow, view } from "../../store/room.ts";
import { useLayer } from "../../ui/hooks.ts";
import { useHasLasted, useSecondsUntil } from "./countdown.ts";
import "./status.css";

// What is over sooner needs no sign.
const SHOW_AFTER_MILLISECONDS = 1000;

/** Events by which the user leaves the details. */
const LEAVING_EVENTS = ["pointerdown", "focusin"];

export function SyncState() {
  const [isOpen, setOpen] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  const { connection, seq, resyncs, waiting } = view.value;
  const text = useStateText();
  const waitingText = messages().status.waiting(waiting.length);
  // Only without connection: with one they are sent within a moment.
  const isDelayed = waiting.length > 0 && connection.kind !== "live" && connection.kind !== "ended";
  const texts = isDelayed ? [text, `, ${waitingText}`] : [text];
  const isBehind = useHasLasted(connection.kind !== "live" || waiting.length > 0, SHOW_AFTER_MILLISECONDS);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const mayConnect = connection.kind === "reconnecting";
  const hadFocus = place.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    // What focus was on has gone with the state that it belonged to.
    if (hadFocus && document.activeElement === document.body) button.current?.focus();
  }, [mayConnect]);
  useLayoutEffect(() => {
    if (!isOpen) return;
    const closeFromBeside = ({ target }: Event) =>
      target instanceof Node && !place.current?.contains(target) && setOpen(false);
    for (const kind of LEAVING_EVENTS) document.addEventListener(kind, closeFromBeside);
    return () => {
      for (const kind of LEAVING_EVENTS) document.removeEventListener(kind, closeFromBeside);
    };
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useLayer(close, isOpen);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it from wherever in it one is.
    <div
      class="status"
      ref={place}
      hidden={!(isBehind || isOpen || hasFocus)}
      onFocusIn={() => setFocus(true)}
      onFocusOut={() => setFocus(false)}
      onKeyDown={(event) => isOpen && event.key === "Escape" && close()}
    >
      <button
        type="button"
        ref={button}
        class="status-button"
        aria-expanded={isOpen}
        aria-label={`${messages().status.details}: ${texts.join("")}`}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="status-dot" data-kind={connection.kind} aria-hidden="true" />
        <span class="status-text numbers">
          {connection.kind === "live" && !waiting.length
            ? messages().status.inSyncShort
            : texts.map((part) => <span key={part}>{part}</span>)}
        </span>
      </button>
      {isOpen && (
        <div class="status-details card">
          <p class="numbers">{connection.kind === "live" ? messages().status.inSync(seq) : text}</p>
          {waiting.length > 0 && <p>{waitingText}</p>}
          {resyncs > 0 && <p class="dim small">{messages().status.resyncs(resyncs)}</p>}
          {mayConnect && (
            <button type="button" class="button" onClick={connectNow}>
              {messages().status.connectNow}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** "in sync at #1234", "reconnecting in 3 s", "offline" */
function useStateText(): string {
  const { connection, seq, waiting } = view.value;
  const seconds = useSecondsUntil(connection.kind === "reconnecting" ? connection.retryAt : 0);
  const { status } = messages();
  switch (connection.kind) {
    case "live":
      return waiting.length ? status.waiting(waiting.length) : status.inSync(seq);
    case "reconnecting":
      return status.reconnectingIn(seconds);
    case "offline":
      return status.offline;
    case "connecting":
      return status.connecting;
    case "ended":
      return status.ended; // the banner has the reason
  }
}
