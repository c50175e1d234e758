/** Puts the page together: the room of the address, the words of the reader, the parts. */

// Before all others: what a feature says about its own pieces comes later and counts.
import "./ui/tokens.css";
import "./ui/base.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { reportErrors } from "./error_reports.ts";
import { recogniseMe } from "./store/guest.ts";
import { followOtherTabs } from "./store/other_tabs.ts";
import { loadPageFacts } from "./store/page.ts";
import { followAddress, roomOfAddress } from "./store/place.ts";
import { followTheme, speakChosenLanguage } from "./store/preferences.ts";
import { enterRoom } from "./store/room.ts";
import { newVersion, noticeNewerPage } from "./store/version.ts";
import { loadTheRest } from "./ui/lazy.tsx";
import { columns } from "./ui/screen.ts";

/** After this what is needed at once has come, on a slow line too. */
const CALM_MS = 3000;

async function start(): Promise<void> {
  reportErrors();
  followTheme();
  const entered = enterRoom(roomOfAddress(location.pathname));
  await speakChosenLanguage();
  const place = document.getElementById("app");
  if (!place) throw new Error("the page has no place for itself");
  await entered;
  place.replaceChildren();
  render(<App />, place);
  followAddress(columns);
  noticeNewerPage();
  followOtherTabs();
  void recogniseMe();
  void loadPageFacts();
  setTimeout(() => void loadTheRest(), CALM_MS);
  const { keepPageForLater } = await import("./service_worker_client.ts");
  keepPageForLater((reload) => {
    newVersion.value = reload;
  });
}

void start();
