/** What the server tells about itself: whose covers may be shown, where others reach it. */

import { effect, signal, untracked } from "@preact/signals";
import { apiBase } from "../api/http.ts";
import { fetchPageFacts } from "../api/page.ts";
import type { Page } from "../generated/api.ts";
import { isLive } from "./room.ts";

export const pageFacts = signal<Page | null>(null);

/** Why they aren't known, or not anew; null while nothing is wrong. */
export const pageProblem = signal<unknown>(null);

let loading: Promise<void> | null = null;

/** Until they are known, covers are drawn and sharing waits. */
export function loadPageFacts(): Promise<void> {
  loading ??= load().finally(() => {
    loading = null;
  });
  return loading;
}

async function load(): Promise<void> {
  try {
    pageFacts.value = await fetchPageFacts();
    pageProblem.value = null;
  } catch (problem) {
    pageProblem.value = problem;
  }
}

// With the line back, what failed is asked for by itself.
effect(() => {
  if (isLive.value && untracked(() => pageProblem.value !== null)) void loadPageFacts();
});

/** The cover's address where the server allows its host, else null. */
export function allowedCover(url: string | null): string | null {
  if (!url || !URL.canParse(url, location.href)) return null;
  const found = new URL(url, location.href);
  const isOwn = found.origin === location.origin;
  return isOwn || pageFacts.value?.cover_hosts.includes(found.host) ? found.href : null;
}

/** Where a page of the server itself is, also for a page of another origin. */
export function serverAddress(path: string): string {
  return apiBase + path;
}
