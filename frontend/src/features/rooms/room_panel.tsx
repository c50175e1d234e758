/** The part about the room: its settings, requests, links, the other rooms, the user's preferences, and the version. */

import { useEffect } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { isNamed } from "../../store/identity.ts";
import { installPrompt } from "../../store/installation.ts";
import { searchNow, searchText } from "../../store/library.ts";
import { areShortcutsShown } from "../../store/preferences.ts";
import { view } from "../../store/room.ts";
import { goToPart } from "../../store/router.ts";
import { serverInfo, serverUrl } from "../../store/server_info.ts";
import { showToast } from "../../store/toasts.ts";
import { followWishes, removeWish, wishes } from "../../store/wishes.ts";
import { Icon, IconButton } from "../../ui/icon.tsx";
import { ExportQueue } from "./export_queue.tsx";
import { Preferences } from "./preferences.tsx";
import { RoomList } from "./room_list.tsx";
import { Share } from "./share.tsx";
import { ThisRoom } from "./this_room.tsx";
import "./rooms.css";

export function RoomPanel() {
  return (
    <div class="rooms">
      <ThisRoom key={view.value.room} />
      <TrackRequests />
      <Share />
      <RoomList />
      <Preferences />
      <ExportQueue />
      <About />
    </div>
  );
}

export function TrackRequests() {
  useEffect(followWishes, []);
  const texts = lazyMessages().wishes;
  if (!wishes.value.length) return null;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-wishes">
      <h2 id="rooms-wishes">{texts.title}</h2>
      <ul>
        {wishes.value.map(({ id, text, wished_by: name }) => (
          <li class="rooms-wish" key={id}>
            <span class="rooms-text">
              <span dir="auto">{text}</span>
              <span class="dim small" dir="auto">
                {isNamed(name) ? name : messages().others.anonymous}
              </span>
            </span>
            <IconButton icon="search" label={texts.find(text)} onClick={() => find(text)} />
            <IconButton icon="close" label={texts.remove(text)} onClick={() => void remove(id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function find(text: string): void {
  searchText.value = text;
  searchNow();
  goToPart("library");
}

async function remove(id: number): Promise<void> {
  try {
    await removeWish(id);
  } catch (problem) {
    showToast(isUnreachable(problem) ? messages().problems.noAnswer : errorMessage(problem));
  }
}

export function About() {
  const texts = lazyMessages().rooms;
  const facts = serverInfo.value;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-about">
      <h2 id="rooms-about">{texts.about}</h2>
      {!isSecureContext && <p>{texts.overHttp}</p>}
      <div class="rooms-buttons">
        <button
          type="button"
          class="button"
          aria-haspopup="dialog"
          onClick={() => {
            areShortcutsShown.value = true;
          }}
        >
          <Icon name="keyboard" />
          {texts.keys}
        </button>
      </div>
      <Install />
      <p>
        <a class="rooms-link" href={serverUrl("/api/docs/")}>
          {texts.docs}
        </a>
      </p>
      {facts && <p class="dim small numbers">{texts.version(facts.version)}</p>}
    </section>
  );
}

/**
 * By the browser's own prompt, or by instructions where it has none: only iPhones and iPads report whether they
 * started an app.
 */
function Install() {
  const texts = lazyMessages().rooms;
  const offer = installPrompt.value;
  if (offer) {
    return (
      <>
        <button type="button" class="button" onClick={() => void offer.prompt()}>
          {texts.install}
        </button>
        <p class="dim small">{texts.installHelp}</p>
      </>
    );
  }
  const isByHand = "standalone" in navigator && navigator.standalone === false;
  return isByHand ? <p class="dim small">{texts.installByHand}</p> : null;
}
