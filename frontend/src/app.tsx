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
import { twinQuestion } from "./store/adding.ts";
import { isHelpShown } from "./store/help.ts";
import { wishToSearch } from "./store/library.ts";
import { aside, lastPart, type Part, part, partsOf, show, type Tab, tabOf, tabs } from "./store/place.ts";
import { playing, roomName } from "./store/room.ts";
import { dismiss, hold, letGo, shownToasts, tell, toasts } from "./store/toasts.ts";
import { newVersion } from "./store/version.ts";
import { pressOnce } from "./ui/held_keys.ts";
import { Icon } from "./ui/icon.tsx";
import { lazy } from "./ui/lazy.tsx";
import { columns } from "./ui/screen.ts";
import { Toasts } from "./ui/toasts.tsx";
import { loadLaterWords, words } from "./words/index.ts";
import "./app.css";

const History = lazy(() => import("./features/history/history.tsx").then((module) => module.History), {
  Failed: PartFailed,
});
const Shortcuts = lazy(
  () => import("./features/shortcuts/shortcuts.tsx").then((module) => module.Shortcuts),
  { Failed: DialogFailed, skeleton: <span hidden /> },
);
const TwinDialog = lazy(
  () => withLaterWords(import("./features/adding/twin_dialog.tsx").then((module) => module.TwinDialog)),
  { Failed: DialogFailed, skeleton: <span hidden /> },
);
const RoomPanel = lazy(() => import("./features/rooms/room_panel.tsx").then((module) => module.RoomPanel), {
  Failed: PartFailed,
});

const Discover = lazy(
  () => withLaterWords(import("./features/discover/discover.tsx").then((module) => module.Discover)),
  { Failed: PartFailed },
);
const Charts = lazy(
  () => withLaterWords(import("./features/charts/charts.tsx").then((module) => module.Charts)),
  { Failed: PartFailed },
);
const Stats = lazy(
  () => withLaterWords(import("./features/stats/stats.tsx").then((module) => module.Stats)),
  { Failed: PartFailed },
);
const Account = lazy(
  () => withLaterWords(import("./features/account/account.tsx").then((module) => module.Account)),
  { Failed: PartFailed },
);

/** The words of a part that is loaded later come along with it. */
async function withLaterWords<Loaded>(loading: Promise<Loaded>): Promise<Loaded> {
  const [loaded] = await Promise.all([loading, loadLaterWords()]);
  return loaded;
}

effect(() => {
  const name = roomName.value === "Tutti" ? "" : roomName.value;
  const title = playing.value && `▶ ${playing.value.track.title}`;
  document.title = [title, name, "Tutti"].filter(Boolean).slice(0, 2).join(" · ");
});

pressOnce();
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
        <Find />
        <Section of="queue" label={words().app.queue}>
          <NameQuestion />
          <Queue />
        </Section>
        <Side />
      </main>
      {columns.value < 3 && <NowPlayingBar />}
      {columns.value < 3 && <Tabs of={columns.value === 1 ? tabs : tabs.slice(1)} />}
      <Toasts
        toasts={shownToasts.value}
        behind={toasts.value.length - shownToasts.value.length}
        closeLabel={words().app.close}
        onClose={dismiss}
        onHold={hold}
        onLetGo={letGo}
      />
      {isHelpShown.value && <Shortcuts />}
      {twinQuestion.value && <TwinDialog />}
      <Announcer />
    </div>
  );
}

function skipToQueue(): void {
  show("queue");
  document.getElementById("queue-part")?.focus();
}

/** Where tracks are found: in the library, among those that are recommended, or in charts. */
function Find() {
  return (
    <div class="app-find app-stack" hidden={!partsOf.library.some(isShown)}>
      <PartChoice of="library" />
      <Section of="library" label={words().app.library}>
        <Library />
      </Section>
      <Section of="discover" label={words().app.discover}>
        <Discover />
      </Section>
      <Section of="charts" label={words().app.charts}>
        <Charts isShown={isShown("charts")} />
      </Section>
    </div>
  );
}

/** What plays, and below it the history or the room: in the third column, else each at its own tab. */
function Side() {
  const tab = (["history", "room"] as const).find((one) => partsOf[one].some(isShown));
  return (
    <div class="app-side app-stack" hidden={!tab}>
      {columns.value === 3 && (
        <>
          <section class="app-playing" aria-label={words().nowPlaying.title}>
            <NowPlayingPanel />
          </section>
          <Tabs of={["history", "room"]} />
        </>
      )}
      {tab && <PartChoice of={tab} />}
      <Section of="history" label={words().app.history}>
        <History />
      </Section>
      <Section of="stats" label={words().app.stats}>
        <Stats />
      </Section>
      <Section of="room" label={words().app.room}>
        <RoomPanel />
      </Section>
      <Section of="account" label={words().app.account}>
        <Account />
      </Section>
    </div>
  );
}

/** Of a tab with several parts, which one. */
function PartChoice({ of }: { of: Tab }) {
  const { choices, choice } = words().app;
  return (
    <nav class="app-choice" aria-label={choices[of]}>
      {partsOf[of].map((one) => (
        <button
          type="button"
          class="app-choice-part one-line"
          key={one}
          aria-current={isShown(one) ? "true" : undefined}
          onClick={() => show(one)}
        >
          {choice[one]}
        </button>
      ))}
    </nav>
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

function Tabs({ of }: { of: readonly Tab[] }) {
  return (
    <nav class="app-tabs" aria-label={words().app.tabs} style={{ "--tabs": String(of.length) }}>
      {of.map((one) => (
        <button
          type="button"
          class="app-tab"
          key={one}
          aria-current={partsOf[one].some(isShown) ? "page" : undefined}
          onClick={() => choose(one)}
        >
          <Icon name={one} />
          <span class="one-line">{words().app[one]}</span>
        </button>
      ))}
    </nav>
  );
}

/**
 * The part of the tab that was shown last; whoever presses the tab where they are gets to its first.
 *
 * On a phone whoever opens the library wants to find something: the keyboard comes up at once.
 */
function choose(tab: Tab): void {
  const next = tabOf(part.value) === tab ? tab : lastPart.value[tab];
  show(next);
  if (next === "library" && columns.value === 1) wishToSearch();
}

/** With two columns the queue stays beside the chosen part, with three there is room for one more. */
function isShown(one: Part): boolean {
  const chosen = part.value;
  if (columns.value === 1) return one === chosen;
  if (one === "queue") return true;
  const { library } = lastPart.value;
  if (columns.value === 2) return one === (chosen === "queue" ? library : chosen);
  return one === library || one === aside.value;
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

/** Neither the list of keys nor the question about an addition can be had. */
function DialogFailed() {
  useEffect(() => {
    isHelpShown.value = false;
    twinQuestion.value = null;
    tell(words().app.partFailed);
  }, []);
  return null;
}
