/** Where one is: the room by the address, the part of the page by its fragment. */

import { signal } from "@preact/signals";
import { enterRoom, view } from "./room.ts";

export const parts = ["queue", "library", "history", "room"] as const;
export type Part = (typeof parts)[number];

export const part = signal<Part>(partOf(location.hash));

export function roomOfAddress(path: string): string {
  return /^\/r\/([a-z0-9-]{1,50})\/?$/.exec(path)?.[1] ?? "main";
}

export function addressOfRoom(slug: string): string {
  return slug === "main" ? "/" : `/r/${slug}`;
}

/** Goes to another room without loading the page anew. */
export async function goToRoom(slug: string): Promise<void> {
  if (view.value.room === slug) return;
  history.pushState(null, "", addressOfRoom(slug) + location.hash);
  await enterRoom(slug);
}

export function show(next: Part): void {
  if (part.value === next) return;
  part.value = next;
  history.replaceState(null, "", next === "queue" ? location.pathname : `#${next}`);
}

/** From now on the page is where the address says, also when somebody goes back or types another one. */
export function followAddress(): void {
  addEventListener("popstate", () => {
    part.value = partOf(location.hash);
    const slug = roomOfAddress(location.pathname);
    if (slug !== view.value.room) void enterRoom(slug);
  });
}

function partOf(hash: string): Part {
  return parts.find((one) => `#${one}` === hash) ?? "queue";
}
