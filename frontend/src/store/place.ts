/** Where one is: the room by the address, the part of the page by its fragment. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { layers } from "../navigation/layers.ts";
import { setTail, splitFragment, tailOf } from "./address.ts";
import { enterRoom, MAIN_ROOM, NO_ROOM, view } from "./room.ts";

/** Each stands for itself and for what lies behind it. */
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

/** What stands, or would stand, in a third column. */
export const aside = signal<Part>(isAside(part.value) ? part.value : "history");

const fragment = computed(() => (part.value === "queue" ? "" : `#${part.value}${tailOf(part.value)}`));

function isAside(one: Part): boolean {
  return partsOf.history.includes(one) || partsOf.room.includes(one);
}

export function tabOf(one: Part): Tab {
  return tabs.find((tab) => partsOf[tab].includes(one)) ?? "queue";
}

/** Also of an address that can be no room's: who went there is told so, and not let into another room. */
export function roomOfAddress(path: string): string {
  const address = path.toLowerCase();
  if (!/^\/r(\/|$)/.test(address)) return MAIN_ROOM;
  return /^\/r\/([a-z0-9-]{1,50})\/?$/.exec(address)?.[1] ?? NO_ROOM;
}

export function addressOfRoom(slug: string): string {
  return slug === MAIN_ROOM ? "/" : `/r/${slug}`;
}

/** Goes to another room without loading the page anew. */
export async function goToRoom(slug: string): Promise<void> {
  if (view.value.room === slug) return;
  layers.enter(addressOfRoom(slug));
  await enterRoom(slug);
}

export function show(next: Part): void {
  if (part.value === next) return;
  batch(() => {
    part.value = next;
    lastPart.value = { ...lastPart.value, [tabOf(next)]: next };
    if (isAside(next)) aside.value = next;
  });
}

/** Shows the part and puts focus there: what was pressed may be hidden now. */
export function goToPart(next: Part): void {
  show(next);
  // Once it is drawn: what is hidden takes no focus.
  requestAnimationFrame(() => document.getElementById(`${next}-part`)?.focus());
}

/** Where the queue is not beside everything else. */
export function showQueue(): void {
  if (columns.value === 1) show("queue");
}

let columns: ReadonlySignal<1 | 2 | 3> = signal(3);

/** From now on the address says where the page is, and the page is where the browser's Back and Forward lead. */
export function followAddress(columnsShown: ReadonlySignal<1 | 2 | 3>): void {
  columns = columnsShown;
  const isAway = computed(() => {
    const { library } = lastPart.value;
    if (columns.value === 1) return part.value !== "queue";
    if (columns.value === 2) return (part.value === "queue" ? library : part.value) !== "library";
    return library !== "library" || aside.value !== "history";
  });
  const goBack = () => {
    // Beside the queue there is again what was there at first; a tab of a phone comes back as it was left.
    if (columns.value > 1) for (const one of ["library", "history"] as const) show(one);
    goToPart("queue");
  };
  effect(() => (isAway.value ? layers.open(goBack) : undefined));
  layers.begin({ fragment: () => fragment.value, visit });
  effect(() => {
    fragment.value;
    layers.follow();
  });
}

function visit(): void {
  const { name, tail } = splitFragment(location.hash);
  const next = partOf(location.hash);
  batch(() => {
    if (next === name) setTail(next, tail);
    show(next);
  });
  const slug = roomOfAddress(location.pathname);
  if (slug !== view.value.room) void enterRoom(slug);
}

function partOf(hash: string): Part {
  return parts.find((one) => one === splitFragment(hash).name) ?? "queue";
}
