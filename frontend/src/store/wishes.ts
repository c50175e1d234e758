/** Requests of users in the room for tracks that the library does not have. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { createWish, deleteWish, fetchWishes } from "../api/rooms.ts";
import type { NamedWish } from "../generated/api.ts";
import { isNotFound } from "./api_errors.ts";
import { sendIdempotent } from "./idempotent_request.ts";
import { ensureGuest } from "./identity.ts";
import { isLive, onNotice, view } from "./room.ts";

/** The server's limit, in characters. */
export const MAX_WISH_LENGTH = 100;

/** Of the room that is shown; none while they are not known. */
export const wishes = signal<readonly NamedWish[]>([]);

const slug = computed(() => view.value.room);

/** Keeps the room's requests up to date until the returned function is called. */
export function followWishes(): () => void {
  const stopListening = onNotice((notice) => {
    if (notice.kind === "event" && notice.event.type === "room.wishes") void load();
  });
  let shown = "";
  const stopFollowing = effect(() => {
    if (slug.value !== shown) wishes.value = [];
    shown = slug.value;
    if (isLive.value) untracked(() => void load());
  });
  return () => {
    stopListening();
    stopFollowing();
  };
}

/** Rejects with an `ApiError`. */
export async function addWish(text: string): Promise<void> {
  const room = slug.peek();
  await ensureGuest();
  await sendIdempotent({ room, text }, (content, key) => createWish(content.room, content.text, key));
}

/** Removed immediately from the list; one that is gone already is no error. Rejects with an `ApiError`. */
export async function removeWish(id: number): Promise<void> {
  wishes.value = wishes.peek().filter((one) => one.id !== id);
  try {
    await deleteWish(slug.peek(), id);
  } catch (problem) {
    void load();
    if (!isNotFound(problem)) throw problem;
  }
}

/** If it fails, the next event or connection loads them again. */
async function load(): Promise<void> {
  const room = slug.peek();
  const found = await fetchWishes(room).catch(() => null);
  if (found && slug.peek() === room) wishes.value = found;
}
