/** The frame of the page: on a phone one part at a time, on wider screens the parts side by side. */

import { computed, effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { NowPlayingBar, NowPlayingPanel, Transport } from "./features/now_playing/now_playing.tsx";
import { People, PeopleSheet } from "./features/people/people.tsx";
import { Queue } from "./features/queue/queue.tsx";
import { listenForShortcuts } from "./features/shortcuts/keyboard_shortcuts.ts";
import { Announcer, RecentAdditions } from "./features/status/announcer.tsx";
import { Banner } from "./features/status/banner.tsx";
import { SyncState } from "./features/status/sync_state.tsx";
import { messages, withLazyMessages } from "./locales/index.ts";
import { addWithoutName, namePrompt, otherVersionPrompt, trackSheet } from "./store/add_track.ts";
import { newVersion } from "./store/installation.ts";
import { isPaused, isPlayerOpen, whenPlayerKnown } from "./store/player.ts";
import { areShortcutsShown } from "./store/preferences.ts";
import { isScreen, isSpeaker, NO_ROOM, playing, roomName, view } from "./store/room.ts";
import {
  goToPart,
  isSidePart,
  lastPart,
  type Part,
  part,
  partsOf,
  showPart,
  sidePart,
  type Tab,
  tabOf,
  tabs,
} from "./store/router.ts";
import { invitation } from "./store/server_info.ts";
import { dismissToast, pauseToast, resumeToast, shownToasts, showToast, toasts } from "./store/toasts.ts";
import { Icon, IconButton } from "./ui/icon.tsx";
import { ignoreKeyRepeat } from "./ui/keyboard.ts";
import { ErrorRetry, lazy } from "./ui/lazy.tsx";
import { columns, heightAboveKeyboard, watchOnScreenKeyboard } from "./ui/screen.ts";
import { Toasts } from "./ui/toasts.tsx";
import "./app.css";

const Library = lazy(
  () => withLazyMessages(import("./features/library/library.tsx").then((module) => module.Library)),
  { Failed: PartFailed },
);
const History = lazy(
  () => withLazyMessages(import("./features/history/history.tsx").then((module) => module.History)),
  { Failed: PartFailed },
);
const Shortcuts = lazy(
  () => withLazyMessages(import("./features/shortcuts/shortcuts.tsx").then((module) => module.Shortcuts)),
  { Failed: DialogFailed, skeleton: <span hidden /> },
);
const AddDialogs = lazy(
  () => withLazyMessages(import("./features/add_track/add_dialogs.tsx").then((module) => module.AddDialogs)),
  { Failed: DialogFailed, skeleton: <span hidden /> },
);
const NoRoom = lazy(
  () => withLazyMessages(import("./features/rooms/no_room.tsx").then((module) => module.NoRoom)),
  { Failed: PartFailed },
);
const RoomPanel = lazy(
  () => withLazyMessages(import("./features/rooms/room_panel.tsx").then((module) => module.RoomPanel)),
  { Failed: PartFailed },
);
const Recommendations = lazy(
  () =>
    withLazyMessages(
      import("./features/recommendations/recommendations.tsx").then((module) => module.Recommendations),
    ),
  { Failed: PartFailed },
);
const Invitation = lazy(
  () => withLazyMessages(import("./features/rooms/share.tsx").then((module) => module.Invitation)),
  { Failed: DialogFailed, skeleton: <span hidden /> },
);
const Charts = lazy(
  () => withLazyMessages(import("./features/charts/charts.tsx").then((module) => module.Charts)),
  { Failed: PartFailed },
);
const Screen = lazy(
  () => withLazyMessages(import("./features/screen/screen.tsx").then((module) => module.Screen)),
  { Failed: PartFailed },
);
const SpeakerPage = lazy(
  () => withLazyMessages(import("./features/player/speaker_page.tsx").then((module) => module.SpeakerPage)),
  { Failed: PartFailed },
);
const PlayerControls = lazy(
  () =>
    withLazyMessages(
      Promise.all([import("./features/player/player.tsx"), whenPlayerKnown()]).then(
        ([module]) => module.PlayerControls,
      ),
    ),
  { Failed: PartFailed },
);
const PlayerSheet = lazy(
  () => withLazyMessages(import("./features/player/player.tsx").then((module) => module.PlayerSheet)),
  { Failed: DialogFailed, skeleton: <span hidden /> },
);
const Stats = lazy(
  () => withLazyMessages(import("./features/stats/stats.tsx").then((module) => module.Stats)),
  { Failed: PartFailed },
);
const Account = lazy(
  () => withLazyMessages(import("./features/account/account.tsx").then((module) => module.Account)),
  { Failed: PartFailed },
);

effect(() => {
  const name = roomName.value === "Tutti" ? "" : roomName.value;
  const title = playing.value && `${isPaused.value ? "" : "▶ "}${playing.value.track.title}`;
  document.title = [title, name, "Tutti"].filter(Boolean).slice(0, 2).join(" · ");
});

ignoreKeyRepeat();
listenForShortcuts();
watchOnScreenKeyboard();

/** Whether the room does not exist, by its URL or by the server's close code. */
function isNowhere(): boolean {
  const { connection, room } = view.value;
  return room === NO_ROOM || (connection.kind === "ended" && connection.reason === "no-such-room");
}

/** Whether the room no longer exists or is not available, so that nothing can be done. */
const isEnded = computed(() => view.value.connection.kind === "ended");

export function App() {
  if (isNowhere() && !view.value.isKnown) {
    return (
      <div class="app">
        <NoRoom />
      </div>
    );
  }
  if (isSpeaker(view.value.room)) return <SpeakerPage status={<SyncState />} />;
  return isScreen(view.value.room) ? <Screen status={<SyncState />} /> : <Frame />;
}

function Frame() {
  const height = heightAboveKeyboard.value;
  return (
    <div
      class="app"
      data-columns={columns.value}
      data-ended={isEnded.value || undefined}
      data-typing={height !== null || undefined}
      style={height === null ? "" : { "--visible": `${height}px` }}
    >
      <button type="button" class="app-skip" onClick={skipToQueue}>
        {messages().app.skipToQueue}
      </button>
      <header class="app-head">
        <h1 class="app-title one-line" dir="auto">
          {roomName.value}
        </h1>
        <SyncState />
        <People />
        <button
          type="button"
          class="app-invite button quiet"
          aria-haspopup="dialog"
          onClick={() => {
            invitation.value = "open";
          }}
        >
          <Icon name="share" />
          <span>{messages().app.invite}</span>
        </button>
      </header>
      <Banner />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape and a button close the sheet, too. */}
      <main
        class="app-main"
        onClick={({ target, currentTarget }) => target === currentTarget && isSheet() && goToPart("queue")}
      >
        <Find />
        <Section of="queue" label={messages().app.queue} inert={isSheet()}>
          <Queue />
        </Section>
        <Side />
        {isPlayerOpen.value && <PlayerSheet transport={<Transport item={playing.value} />} />}
        {(otherVersionPrompt.value || namePrompt.value || trackSheet.value) && <AddDialogs />}
      </main>
      {columns.value < 3 && <NowPlayingBar inert={isEnded.value} />}
      {columns.value < 3 && <Tabs of={columns.value === 1 ? tabs : tabs.slice(1)} />}
      <Toasts
        toasts={shownToasts.value}
        behind={toasts.value.length - shownToasts.value.length}
        closeLabel={messages().app.close}
        onClose={dismissToast}
        onPause={pauseToast}
        onResume={resumeToast}
      >
        <RecentAdditions />
      </Toasts>
      {invitation.value && <Invitation />}
      <PeopleSheet />
      {areShortcutsShown.value && <Shortcuts />}
      <Announcer />
    </div>
  );
}

function skipToQueue(): void {
  showPart("queue");
  document.getElementById("queue-part")?.focus();
}

/** Where tracks are found: in the library, among those that are recommended, or in charts. */
function Find() {
  return (
    <div
      class="app-find app-stack"
      hidden={!partsOf.library.some(isShown)}
      inert={isSheet() || isEnded.value}
    >
      <PartChoice of="library" />
      <Section of="library" label={messages().app.library}>
        <Library />
      </Section>
      <Section of="discover" label={messages().app.discover}>
        <Recommendations />
      </Section>
      <Section of="charts" label={messages().app.charts}>
        <Charts isShown={isShown("charts")} />
      </Section>
    </div>
  );
}

/** What plays, and below it the history or the room: in the third column, else each at its own tab or in a sheet. */
function Side() {
  const tab = (["history", "room"] as const).find((one) => partsOf[one].some(isShown));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it wherever focus is in it.
    <div
      class="app-side app-stack"
      hidden={!tab}
      onKeyDown={({ key, target }) => {
        // A dialog of the sheet closes alone.
        if (key === "Escape" && isSheet() && !(target as Element).closest("dialog")) goToPart("queue");
      }}
    >
      {isSheet() && (
        <IconButton
          icon="close"
          class="app-side-close"
          label={messages().app.close}
          onClick={() => goToPart("queue")}
        />
      )}
      {columns.value === 3 && (
        <>
          <section class="app-playing" aria-label={messages().nowPlaying.title} inert={isEnded.value}>
            <NowPlayingPanel>
              <PlayerControls transport={<Transport item={playing.value} />} />
            </NowPlayingPanel>
          </section>
          <Tabs of={["history", "room"]} />
        </>
      )}
      {tab && <PartChoice of={tab} />}
      <Section of="history" label={messages().app.history}>
        <History />
      </Section>
      <Section of="stats" label={messages().app.stats}>
        <Stats />
      </Section>
      <Section of="room" label={messages().app.room}>
        <RoomPanel />
      </Section>
      <Section of="account" label={messages().app.account}>
        <Account />
      </Section>
    </div>
  );
}

/** Of a tab with several parts, which one. */
function PartChoice({ of }: { of: Tab }) {
  const { choices, choice } = messages().app;
  return (
    <nav class="app-choice" aria-label={choices[of]}>
      {partsOf[of].map((one) => (
        <button
          type="button"
          class="app-choice-part one-line"
          key={one}
          aria-current={isShown(one) ? "true" : undefined}
          ref={isShown(one) ? scrollIntoSight : null}
          onClick={() => showPart(one)}
        >
          {choice[one]}
        </button>
      ))}
    </nav>
  );
}

/** With very large letters, the strip of parts scrolls. */
function scrollIntoSight(button: HTMLButtonElement | null): void {
  button?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

interface SectionProps {
  of: Part;
  label: string;
  /** Whether something lies above it. */
  inert?: boolean;
  children: ComponentChildren;
}

/** A part of the web app; it is rendered from its first showing on. */
function Section({ of, label, inert, children }: SectionProps) {
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
      inert={inert ?? false}
      data-part={of}
    >
      {wasShown.current && children}
    </section>
  );
}

function Tabs({ of }: { of: readonly Tab[] }) {
  return (
    <nav class="app-tabs" aria-label={messages().app.tabs} style={{ "--tabs": String(of.length) }}>
      {of.map((one) => (
        <button
          type="button"
          class="app-tab"
          key={one}
          aria-current={isCurrent(one) ? "page" : undefined}
          onClick={() => choose(one)}
        >
          <Icon name={one} />
          <span class="one-line">{messages().app[one]}</span>
        </button>
      ))}
    </nav>
  );
}

/** The part of the tab that was shown last; a press on the current tab leads to its first part. */
function choose(tab: Tab): void {
  const next = tabOf(part.value) === tab ? tab : lastPart.value[tab];
  showPart(next);
  if (isSheet()) goToPart(next);
}

function isCurrent(tab: Tab): boolean {
  return partsOf[tab].some(isShown) && !(tab === "library" && isSheet());
}

/** Whether history or room lie above the two columns. */
function isSheet(): boolean {
  return columns.value === 2 && isSidePart(part.value);
}

/** With two columns history and room lie as a sheet above library and queue, with three they have their own. */
function isShown(one: Part): boolean {
  const chosen = part.value;
  if (columns.value === 1) return one === chosen;
  if (one === "queue" || one === lastPart.value.library) return true;
  return one === (columns.value === 2 ? chosen : sidePart.value);
}

/** The code of a section can't be loaded: the network is unavailable, or the server has a newer version. */
function PartFailed({ retry }: { retry: () => void }) {
  const { partFailed, reload, retry: again } = messages().app;
  const update = newVersion.value;
  return (
    <ErrorRetry class="empty" text={partFailed} label={update ? reload : again} onRetry={update ?? retry} />
  );
}

/** Neither the list of keys nor the question about an addition can be had. */
function DialogFailed() {
  useEffect(() => {
    areShortcutsShown.value = isPlayerOpen.value = false;
    otherVersionPrompt.value = trackSheet.value = invitation.value = null;
    // A name can be given later.
    addWithoutName();
    showToast(messages().app.partFailed);
  }, []);
  return null;
}
