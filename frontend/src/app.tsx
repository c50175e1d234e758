/** The frame of the page: on a phone one part at a time, on wider screens the parts side by side. */

import { effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { NameQuestion } from "./features/guest/name_question.tsx";
import { Library } from "./features/library/library.tsx";
import { NowPlayingBar, NowPlayingPanel } from "./features/now_playing/now_playing.tsx";
import { Queue } from "./features/queue/queue.tsx";
import { listenForKeys } from "./features/shortcuts/keys.ts";
import { Announcer } from "./features/status/announcer.tsx";
import { Banner } from "./features/status/banner.tsx";
import { SyncState } from "./features/status/sync_state.tsx";
import { isHelpShown } from "./store/help.ts";
import { wishToSearch } from "./store/library.ts";
import { type Part, part, parts, show } from "./store/place.ts";
import { roomName } from "./store/room.ts";
import { dismiss, hold, letGo, shownToasts, tell, toasts } from "./store/toasts.ts";
import { newVersion } from "./store/version.ts";
import { Icon } from "./ui/icon.tsx";
import { lazy } from "./ui/lazy.tsx";
import { columns } from "./ui/screen.ts";
import { Toasts } from "./ui/toasts.tsx";
import { words } from "./words/index.ts";
import "./app.css";

const History = lazy(() => import("./features/history/history.tsx").then((module) => module.History), {
  Failed: PartFailed,
});
const Shortcuts = lazy(
  () => import("./features/shortcuts/shortcuts.tsx").then((module) => module.Shortcuts),
  { Failed: HelpFailed, skeleton: <span hidden /> },
);
const RoomPanel = lazy(() => import("./features/rooms/room_panel.tsx").then((module) => module.RoomPanel), {
  Failed: PartFailed,
});

effect(() => {
  document.title = roomName.value === "Tutti" ? "Tutti" : `${roomName.value} · Tutti`;
});

listenForKeys();

export function App() {
  return (
    <div class="app" data-columns={columns.value}>
      <button type="button" class="app-skip" onClick={skipToQueue}>
        {words().app.skipToQueue}
      </button>
      <header class="app-head">
        <h1 class="app-title one-line" dir="auto">
          {roomName.value}
        </h1>
        <SyncState />
      </header>
      <Banner />
      <main class="app-main">
        <Section of="library" label={words().app.library}>
          <Library />
        </Section>
        <Section of="queue" label={words().app.queue}>
          <NameQuestion />
          <Queue />
        </Section>
        <Side />
      </main>
      {columns.value < 3 && <NowPlayingBar />}
      {columns.value < 3 && <Tabs of={columns.value === 1 ? parts : parts.slice(1)} />}
      <Toasts
        toasts={shownToasts.value}
        behind={toasts.value.length - shownToasts.value.length}
        closeLabel={words().app.close}
        onClose={dismiss}
        onHold={hold}
        onLetGo={letGo}
      />
      {isHelpShown.value && <Shortcuts />}
      <Announcer />
    </div>
  );
}

function skipToQueue(): void {
  show("queue");
  document.getElementById("queue-part")?.focus();
}

/** What plays, and below it the history or the room: in the third column, else each at its own tab. */
function Side() {
  return (
    <div class="app-side" hidden={columns.value < 3 && !isShown("history") && !isShown("room")}>
      {columns.value === 3 && (
        <>
          <section class="app-playing" aria-label={words().nowPlaying.title}>
            <NowPlayingPanel />
          </section>
          <Tabs of={["history", "room"]} />
        </>
      )}
      <Section of="history" label={words().app.history}>
        <History />
      </Section>
      <Section of="room" label={words().app.room}>
        <RoomPanel />
      </Section>
    </div>
  );
}

/** A part of the page, made when it is shown for the first time and kept from then on. */
function Section({ of, label, children }: { of: Part; label: string; children: ComponentChildren }) {
  const wasShown = useRef(false);
  const shown = isShown(of);
  wasShown.current ||= shown;
  return (
    <section
      class={`part app-${of}`}
      id={`${of}-part`}
      tabIndex={-1}
      aria-label={label}
      hidden={!shown}
      data-part={of}
    >
      {wasShown.current && children}
    </section>
  );
}

function Tabs({ of }: { of: readonly Part[] }) {
  return (
    <nav class="app-tabs" aria-label={words().app.tabs} style={{ "--tabs": String(of.length) }}>
      {of.map((one) => (
        <button
          type="button"
          class="app-tab"
          key={one}
          aria-current={isShown(one) ? "page" : undefined}
          onClick={() => choose(one)}
        >
          <Icon name={one} />
          <span class="one-line">{words().app[one]}</span>
        </button>
      ))}
    </nav>
  );
}

/** On a phone whoever opens the library wants to find something: the keyboard comes up at once. */
function choose(one: Part): void {
  show(one);
  if (one === "library" && columns.value === 1) wishToSearch();
}

/** With two columns the queue stays beside the chosen part, with three only history and room take turns. */
function isShown(one: Part): boolean {
  const chosen = part.value;
  if (columns.value === 1) return one === chosen;
  if (one === "queue") return true;
  if (columns.value === 2) return one === (chosen === "queue" ? "library" : chosen);
  if (one === "library") return true;
  return one === "room" ? chosen === "room" : chosen !== "room";
}

/** The code of a part can't be had: the network is away, or the server has a newer page by now. */
function PartFailed({ retry }: { retry: () => void }) {
  const { partFailed, reload, retry: again } = words().app;
  const takeNewer = newVersion.value;
  return (
    <div class="empty" role="status">
      <p>{partFailed}</p>
      <button type="button" class="button" onClick={takeNewer ?? retry}>
        <Icon name="retry" />
        {takeNewer ? reload : again}
      </button>
    </div>
  );
}

function HelpFailed() {
  useEffect(() => {
    isHelpShown.value = false;
    tell(words().app.partFailed);
  }, []);
  return null;
}
