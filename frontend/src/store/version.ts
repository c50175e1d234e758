/** Whether there is a newer page than this one, and how to get it. */

import { effect, signal } from "@preact/signals";
import { view } from "./room.ts";

/** Shows the newer page; null while there is none. What waits to be sent is kept, and sent from there. */
export const newVersion = signal<(() => void) | null>(null);

/** Looks for one when there is reason to: a part of this page is no longer to be had, or the server has restarted. */
export function noticeNewerPage(): void {
  addEventListener("vite:preloadError", () => void look());
  let hasRestarted = false;
  effect(() => {
    const { connection } = view.value;
    if (connection.kind === "reconnecting" && connection.isRestart) hasRestarted = true;
    if (connection.kind !== "live" || !hasRestarted) return;
    hasRestarted = false;
    void look();
  });
}

async function look(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  // Who keeps the page fetches the newer one first, and then says so: see service_worker_client.ts.
  if (registration) await registration.update().catch(() => {});
  else if (await hasServerAnother()) newVersion.value ??= () => location.reload();
}

/** A page names its script, and each build names it differently. */
async function hasServerAnother(): Promise<boolean> {
  const own = document.querySelector("script[type=module][src]")?.getAttribute("src");
  try {
    const answer = await fetch(location.pathname, { cache: "no-cache" });
    return answer.ok && own != null && !(await answer.text()).includes(own);
  } catch {
    return false;
  }
}
