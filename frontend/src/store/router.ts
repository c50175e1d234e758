/** The URL and what it shows: the room by the path, the part of the web app by the fragment, the item to reveal. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { layers } from "../navigation/layers.ts";
import { enterRoom, MAIN_ROOM, NO_ROOM, view } from "./room.ts";

/** "#library?search=halo" has the part "library" and the tail "?search=halo". */
export function splitFragment(fragment: string): { name: string; tail: string } {
  const [, name = "", tail = ""] = /^#([a-z]*)(.*)/.exec(fragment) ?? [];
  return { name, tail };
}

const initialFragment = splitFragment(location.hash);

export const urlTails = signal<Readonly<Record<string, string>>>({
  [initialFragment.name]: initialFragment.tail,
});

export function urlTail(name: string): string {
  return urlTails.value[name] ?? "";
}

export function setUrlTail(name: string, tail: string): void {
  if ((urlTails.peek()[name] ?? "") !== tail) urlTails.value = { ...urlTails.peek(), [name]: tail };
}

export interface RevealRequest {
  /** The key of the item. */
  key: string;
  /** Increases with each request, so that the same item can be requested again. */
  number: number;
  /** To the middle of the list, or no farther than it takes. */
  where: "middle" | "nearest";
  /** What had focus then. */
  from: Element | null;
}

/** The item that the queue scrolls to and focuses as soon as it is there. */
export const revealRequest = signal<RevealRequest | null>(null);

export function revealInQueue(
  key: string,
  where: RevealRequest["where"] = "middle",
  from: Element | null = document.activeElement,
): void {
  const number = (revealRequest.value?.number ?? 0) + 1;
  revealRequest.value = { key, where, number, from };
}

/** Each tab has one or more parts. */
export const tabs = ["queue", "library", "history", "room"] as const;
export type Tab = (typeof tabs)[number];

export type Part = Tab | "discover" | "charts" | "stats" | "account";

/** Of each tab, all of its parts. */
export const partsOf: Readonly<Record<Tab, readonly Part[]>> = {
  queue: ["queue"],
  library: ["library", "discover", "charts"],
  history: ["history", "stats"],
  room: ["room", "account"],
};

const parts = tabs.flatMap((tab) => partsOf[tab]);

export const part = signal<Part>(partOf(location.hash));

/** Of each tab the part that was shown last: it is shown again by the tab, and beside parts of others. */
export const lastPart = signal<Readonly<Record<Tab, Part>>>({
  queue: "queue",
  library: "library",
  history: "history",
  room: "room",
  [tabOf(part.value)]: part.value,
});

/** The part in the third column, or the one that it would have. */
export const sidePart = signal<Part>(isSidePart(part.value) ? part.value : "history");

/** Increases with each request to focus the search field. */
export const searchFocusRequests = signal(0);

const fragment = computed(() => (part.value === "queue" ? "" : `#${part.value}${urlTail(part.value)}`));

export function isSidePart(one: Part): boolean {
  return partsOf.history.includes(one) || partsOf.room.includes(one);
}

export function tabOf(one: Part): Tab {
  return tabs.find((tab) => partsOf[tab].includes(one)) ?? "queue";
}

/** Also for a path that names no room: the web app reports that, and shows no other room instead. */
export function roomOfPath(path: string): string {
  const address = path.toLowerCase();
  if (/^\/(index\.html)?$/.test(address)) return MAIN_ROOM;
  return /^\/r\/([a-z0-9-]{1,50})(?:\/(?:screen|speaker))?\/?$/.exec(address)?.[1] ?? NO_ROOM;
}

export function roomPath(slug: string): string {
  return slug === MAIN_ROOM ? "/" : `/r/${slug}`;
}

/** Enters another room without a page load. */
export async function goToRoom(slug: string): Promise<void> {
  if (view.value.room === slug) return;
  layers.enter(roomPath(slug));
  await enterRoom(slug);
}

export function showPart(next: Part): void {
  if (part.value === next) return;
  batch(() => {
    part.value = next;
    lastPart.value = { ...lastPart.value, [tabOf(next)]: next };
    if (isSidePart(next)) sidePart.value = next;
  });
}

/** Shows the part and puts focus there: what was pressed may be hidden now. */
export function goToPart(next: Part): void {
  showPart(next);
  // Once it is drawn: what is hidden takes no focus.
  requestAnimationFrame(() => document.getElementById(`${next}-part`)?.focus());
}

/** The search field takes focus as soon as it is there. */
export function requestSearchFocus(): void {
  searchFocusRequests.value += 1;
}

/** Where the queue is not beside everything else. */
export function showQueue(): void {
  if (columns.value === 1) showPart("queue");
}

let columns: ReadonlySignal<1 | 2 | 3> = signal(3);

/** From now on the URL follows what is shown, and Back and Forward change what is shown. */
export function startRouter(columnsShown: ReadonlySignal<1 | 2 | 3>): void {
  columns = columnsShown;
  const isAway = computed(() => {
    const { library } = lastPart.value;
    if (columns.value === 1) return part.value !== "queue";
    if (columns.value === 2) return (part.value === "queue" ? library : part.value) !== "library";
    return library !== "library" || sidePart.value !== "history";
  });
  const goBack = () => {
    // Beside the queue there is again what was there at first; a tab of a phone comes back as it was left.
    if (columns.value > 1) for (const one of ["library", "history"] as const) showPart(one);
    goToPart("queue");
  };
  effect(() => (isAway.value ? layers.open(goBack) : undefined));
  layers.begin({ fragment: () => fragment.value, visit: applyUrl });
  effect(() => {
    fragment.value;
    layers.follow();
  });
}

function applyUrl(): void {
  const { name, tail } = splitFragment(location.hash);
  const next = partOf(location.hash);
  batch(() => {
    if (next === name) setUrlTail(next, tail);
    showPart(next);
  });
  const slug = roomOfPath(location.pathname);
  if (slug !== view.value.room) void enterRoom(slug);
}

function partOf(hash: string): Part {
  return parts.find((one) => one === splitFragment(hash).name) ?? "queue";
}
