/** How far this browser is in step with the server: a small sign in the head, with details at a tap. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { connectNow, view } from "../../store/room.ts";
import { useLayer } from "../../ui/use_layer.ts";
import { words } from "../../words/index.ts";
import { useSecondsUntil } from "./times.ts";
import "./status.css";

/** Somebody has turned to something else. */
const LEAVING = ["pointerdown", "focusin"];

export function SyncState() {
  const [isOpen, setOpen] = useState(false);
  const { connection, seq, heals, waiting } = view.value;
  const text = useStateText();
  const waitingText = words().status.waiting(waiting.length);
  // While the line is away; when it is there, they are on their way in a moment.
  const isHeldUp = waiting.length > 0 && connection.kind !== "live" && connection.kind !== "ended";
  const told = isHeldUp ? [`${text}, `, waitingText] : [text];
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
    for (const kind of LEAVING) document.addEventListener(kind, closeFromBeside);
    return () => {
      for (const kind of LEAVING) document.removeEventListener(kind, closeFromBeside);
    };
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useLayer(close, isOpen);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it from wherever in it one is.
    <div class="status" ref={place} onKeyDown={(event) => isOpen && event.key === "Escape" && close()}>
      <button
        type="button"
        ref={button}
        class="status-button"
        aria-expanded={isOpen}
        aria-label={`${words().status.details}: ${told.join("")}`}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="status-dot" data-kind={connection.kind} aria-hidden="true" />
        <span class="status-text numbers">
          {connection.kind === "live" && !waiting.length
            ? words().status.inSyncShort
            : told.map((part) => <span key={part}>{part}</span>)}
        </span>
      </button>
      {isOpen && (
        <div class="status-details card">
          <p class="numbers">{connection.kind === "live" ? words().status.inSync(seq) : text}</p>
          {waiting.length > 0 && <p>{waitingText}</p>}
          {heals > 0 && <p class="dim small">{words().status.heals(heals)}</p>}
          {mayConnect && (
            <button type="button" class="button" onClick={connectNow}>
              {words().status.connectNow}
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
  const { status } = words();
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
      return status.ended; // the banner says why
  }
}
