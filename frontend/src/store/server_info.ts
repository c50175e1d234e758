/** What the server reports about itself: hosts of covers, the URLs for others, and the links to the room. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { apiBase, fetchServerInfo } from "../api/http.ts";
import type { Page, Track } from "../generated/api.ts";
import { isLive, view } from "./room.ts";

export const serverInfo = signal<Page | null>(null);

/** The error of the last request; null if it succeeded. */
export const serverInfoProblem = signal<unknown>(null);

let loading: Promise<void> | null = null;

/** Until they are known, covers are drawn and sharing waits. */
export function loadServerInfo(): Promise<void> {
  loading ??= load().finally(() => {
    loading = null;
  });
  return loading;
}

async function load(): Promise<void> {
  try {
    serverInfo.value = await fetchServerInfo();
    serverInfoProblem.value = null;
  } catch (problem) {
    serverInfoProblem.value = problem;
  }
}

// With the connection back, failed requests are repeated.
effect(() => {
  if (isLive.value && untracked(() => serverInfoProblem.value !== null)) void loadServerInfo();
});

/** The cover's URL if the server allows its host, else null. */
export function allowedCoverUrl(url: string | null): string | null {
  const base = new URL(apiBase, location.href);
  if (!url || !URL.canParse(url, base)) return null;
  const found = new URL(url, base);
  const isOwn = found.origin === base.origin;
  return isOwn || serverInfo.value?.cover_hosts.includes(found.host) ? found.href : null;
}

/** Whether the server has no audio of a track, and no service's player may replace it: its time runs in silence. */
export function hasNoSound({ has_audio: hasAudio, isrc }: Pick<Track, "has_audio" | "isrc">): boolean {
  return !hasAudio && !(isrc && serverInfo.value?.embed_hosts.length);
}

/** Where a page of the server itself is, also for a page of another origin. */
export function serverUrl(path: string): string {
  return apiBase + path;
}

/** Whether people are being invited, from wherever on the page; "new" right after the room was made. */
export const invitation = signal<"open" | "new" | null>(null);

/**
 * The room's link at each origin where others reach the server, the likeliest first; empty if none is known. The main
 * room's is not "/", which has no preview.
 */
export const roomLinks = computed<readonly string[]>(() =>
  reachableOrigins(serverInfo.value, location.origin).map((origin) => `${origin}/r/${view.value.room}`),
);

/**
 * The origins at which others reach the server: the one that this browser uses, unless it names only this machine,
 * then those that the server reports.
 */
export function reachableOrigins(
  facts: { addresses: readonly string[]; is_reachable_by_others: boolean } | null,
  ownOrigin: string,
): string[] {
  const reported = facts?.is_reachable_by_others
    ? facts.addresses.map((address) => new URL(address).origin)
    : [];
  return [...new Set([ownOrigin, ...reported])].filter((origin) => !isOwnMachine(new URL(origin).hostname));
}

function isOwnMachine(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0|\[::\])$/.test(host);
}
