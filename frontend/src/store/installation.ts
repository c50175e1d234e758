/** The installed web app: the browser's offer to install it, the room that it starts with, and its updates. */

import { effect, signal } from "@preact/signals";
import { loadStored } from "./local_storage.ts";
import { MAIN_ROOM, view } from "./room.ts";

/** As browsers have it that can install a page; others never offer it. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** Null where the page is installed, or can't be. */
export const installPrompt = signal<InstallPrompt | null>(null);

export function watchInstallPrompt(): void {
  addEventListener("beforeinstallprompt", (event) => {
    installPrompt.value = event as InstallPrompt;
  });
  addEventListener("appinstalled", () => {
    installPrompt.value = null;
  });
  // Of the manifest's colours there is one set: the other file has those of the light page.
  const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
  if (link && matchMedia("(prefers-color-scheme: light)").matches)
    link.href = link.href.replace("manifest.", "manifest-light.");
}

/** The room to enter: an app that is started without one goes where one was last. */
export function startRoom(slug: string, query: string): string {
  return slug === MAIN_ROOM && new URLSearchParams(query).has("app")
    ? (loadStored("last-room") ?? slug)
    : slug;
}

/** Loads the newer version; null while there is none. Unsent changes stay stored, and the newer version sends them. */
export const newVersion = signal<(() => void) | null>(null);

/** Looks for one when there is reason to: a part of this page is no longer to be had, or the server has restarted. */
export function watchForUpdate(): void {
  addEventListener("vite:preloadError", () => void checkForUpdate());
  let hasRestarted = false;
  effect(() => {
    const { connection } = view.value;
    if (connection.kind === "reconnecting" && connection.isRestart) hasRestarted = true;
    if (connection.kind !== "live" || !hasRestarted) return;
    hasRestarted = false;
    void checkForUpdate();
  });
}

async function checkForUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  // The service worker fetches the newer version first: see service_worker_client.ts.
  if (registration) await registration.update().catch(() => {});
  else if (await hasServerNewerBuild()) newVersion.value ??= () => location.reload();
}

/** A page names its script, and each build names it differently. */
async function hasServerNewerBuild(): Promise<boolean> {
  const own = document.querySelector("script[type=module][src]")?.getAttribute("src");
  try {
    const answer = await fetch(location.pathname, { cache: "no-cache" });
    return answer.ok && own != null && !(await answer.text()).includes(own);
  } catch {
    return false;
  }
}
