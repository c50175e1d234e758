/** Values that this browser stores between visits, and the last rooms that it has shown. */

import { effect, type Signal, signal } from "@preact/signals";
import type { Room } from "../generated/api.ts";

const PREFIX = "tutti-";

/** A signal whose value is stored; in browsers that store nothing it lasts as long as the page. */
export function storedSignal<T extends string>(name: string, fallback: T): Signal<T> {
  const value = signal<T>((loadStored(name) as T | null) ?? fallback);
  effect(() => saveStored(name, value.value));
  return value;
}

/** The current value, which another tab may have stored; null without one. */
export function loadStored(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** "" removes it. */
export function saveStored(name: string, value: string): void {
  try {
    if (value) localStorage.setItem(PREFIX + name, value);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    // It lasts as long as the page.
  }
}

const ROOMS_KEY = "rooms-seen";
// As many as rooms whose states are stored.
const MAX_ROOMS = 10;

export function cachedRoom(slug: string): Room | null {
  return cachedRooms().find((room) => room.slug === slug) ?? null;
}

export function cacheRoom(room: Room): void {
  const others = cachedRooms().filter(({ slug }) => slug !== room.slug);
  saveStored(ROOMS_KEY, JSON.stringify([room, ...others].slice(0, MAX_ROOMS)));
}

export function uncacheRoom(slug: string): void {
  saveStored(ROOMS_KEY, JSON.stringify(cachedRooms().filter((room) => room.slug !== slug)));
}

function cachedRooms(): Room[] {
  try {
    const rooms: unknown = JSON.parse(loadStored(ROOMS_KEY) ?? "[]");
    return Array.isArray(rooms) ? rooms : [];
  } catch {
    return [];
  }
}
