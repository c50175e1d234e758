/** The rooms that one can go to, and what their creators do to them. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { changeRoom, createRoom, deleteRoom, fetchRoom, fetchRooms } from "../api/rooms.ts";
import type { NewRoom, Room, RoomChange } from "../generated/api.ts";
import { sendIdempotent } from "./idempotent_request.ts";
import { account, ensureGuest } from "./identity.ts";
import { storedSignal } from "./local_storage.ts";
import { isLive, MAIN_ROOM, refreshRoom, view } from "./room.ts";
import { goToRoom } from "./router.ts";

export type { NewRoom, Room, RoomChange } from "../generated/api.ts";

export interface Rooms {
  /** Null until they are known. */
  list: readonly Room[] | null;
  problem: unknown;
}

export const rooms = signal<Rooms>({ list: null, problem: null });

// Rooms that were created by this browser, because unlisted ones are found nowhere else.
const MAX_OWN_ROOMS = 20;
const ownRooms = storedSignal<string>("rooms-made", "");

/** Whether the user may perhaps change the shown room: a guest only one of theirs; of accounts, the server decides. */
export const mayChangeRoom = computed(
  () => Boolean(account.value) || ownRoomSlugs().includes(view.value.room),
);

/** The listed rooms, then those that were made on this browser without being listed. */
export async function loadRooms(): Promise<void> {
  try {
    const listed = await fetchRooms();
    const missing = ownRoomSlugs().filter((slug) => !listed.some((room) => room.slug === slug));
    const unlisted = await Promise.all(missing.map((slug) => fetchRoom(slug).catch(() => null)));
    rooms.value = { list: [...listed, ...unlisted.filter((room) => room !== null)], problem: null };
  } catch (problem) {
    rooms.value = { ...rooms.value, problem };
  }
}

/** Keeps the list up to date while it is visible, also after a lost connection. Returns a function that ends this. */
export function followRooms(): () => void {
  let isBegun = false;
  return effect(() => {
    if (isLive.value || !isBegun) untracked(() => void loadRooms());
    isBegun = true;
  });
}

/** Creates a room and enters it. Rejects with an `ApiError`. */
export async function makeRoom(values: NewRoom): Promise<Room> {
  // A room without an owner could never be changed.
  await ensureGuest();
  const room = await sendIdempotent(values, createRoom);
  ownRooms.value = [room.slug, ...ownRoomSlugs()].slice(0, MAX_OWN_ROOMS).join(" ");
  await goToRoom(room.slug);
  void loadRooms();
  return room;
}

/** Rejects with an `ApiError`. */
export async function changeThisRoom(change: RoomChange): Promise<void> {
  await changeRoom(view.value.room, change);
  await refreshRoom();
  void loadRooms();
}

/** Deletes the shown room and enters the main room. Rejects with an `ApiError`. */
export async function deleteThisRoom(): Promise<void> {
  const slug = view.value.room;
  await deleteRoom(slug);
  ownRooms.value = ownRoomSlugs()
    .filter((one) => one !== slug)
    .join(" ");
  await goToRoom(MAIN_ROOM);
  void loadRooms();
}

/** The slug that the server derives from a name, unless another room has it; "" if only the server can derive it. */
export function slugFromName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/ß/g, "ss")
    .normalize("NFKD")
    .replace(/[^a-z0-9_\s-]/g, "");
  const slug = plain.replace(/[-\s_]+/g, "-").replace(/^-|-$/g, "");
  if (slug.length <= MAX_GENERATED_SLUG) return slug;
  // Whole words, as many as fit; a longer first word is cut.
  const end = slug.lastIndexOf("-", MAX_GENERATED_SLUG);
  return slug.slice(0, end > 0 ? end : MAX_GENERATED_SLUG);
}

// The server may append a number.
const MAX_GENERATED_SLUG = 44;

function ownRoomSlugs(): string[] {
  return ownRooms.value.split(" ").filter(Boolean);
}
