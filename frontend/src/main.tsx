/** Starts the web app: the room of the URL, the user's language, the parts. */

// Before all others, so that the styles of features override these.
import "./ui/tokens.css";
import "./ui/base.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { reportErrors } from "./error_reports.ts";
import { loadIdentity, onSessionChangeInOtherTab } from "./store/identity.ts";
import { newVersion, startRoom, watchForUpdate, watchInstallPrompt } from "./store/installation.ts";
import { applyTheme, loadChosenLanguage } from "./store/preferences.ts";
import { enterRoom, isSpeaker, onUserChanged, room, roomName } from "./store/room.ts";
import { roomOfPath, roomPath, startRouter } from "./store/router.ts";
import { loadServerInfo } from "./store/server_info.ts";
import { preloadLazyParts } from "./ui/lazy.tsx";
import { columns } from "./ui/screen.ts";

/** After this time the first load has finished, on slow connections too. */
const CALM_MS = 3000;

async function start(): Promise<void> {
  reportErrors();
  const slug = startRoom(roomOfPath(location.pathname), location.search);
  applyTheme(isSpeaker(slug) ? "dark" : "");
  if (slug !== roomOfPath(location.pathname)) history.replaceState(null, "", roomPath(slug) + location.hash);
  const entered = enterRoom(slug);
  showStoredName();
  watchInstallPrompt();
  await loadChosenLanguage();
  const place = document.getElementById("app");
  if (!place) throw new Error("the page has no place for itself");
  await entered;
  place.replaceChildren();
  render(<App />, place);
  startRouter(columns);
  watchForUpdate();
  // The session is the browser's: it changes in all tabs.
  onSessionChangeInOtherTab(async () => {
    await loadIdentity();
    onUserChanged();
  });
  void loadIdentity();
  void loadServerInfo();
  setTimeout(() => void preloadLazyParts(), CALM_MS);
  const { keepPageForLater } = await import("./service_worker_client.ts");
  keepPageForLater((reload) => {
    newVersion.value = reload;
  });
}

/** Shown before the messages are loaded. */
function showStoredName(): void {
  const bar = document.querySelector(".boot-bar");
  if (bar && room.value) bar.textContent = roomName.value;
}

void start();
