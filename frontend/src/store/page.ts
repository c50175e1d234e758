/** What the server tells about itself: whose covers may be shown, where others reach it. */

import { signal } from "@preact/signals";
import { apiBase } from "../api/http.ts";
import { fetchPageFacts } from "../api/page.ts";
import type { Page } from "../generated/api.ts";

export const pageFacts = signal<Page | null>(null);

export async function loadPageFacts(): Promise<void> {
  try {
    pageFacts.value = await fetchPageFacts();
  } catch {
    // Covers are drawn and sharing waits, until the next try.
  }
}

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
