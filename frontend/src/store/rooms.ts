/** The rooms that one can go to, and what their creators do to them. */

import { effect, signal, untracked } from "@preact/signals";
import { changeRoom, createRoom, deleteRoom, fetchRoom, fetchRooms } from "../api/rooms.ts";
import type { NewRoom, Room, RoomChange } from "../generated/api.ts";
import { becomeSomebody } from "./guest.ts";
import { goToRoom } from "./place.ts";
import { remembered } from "./remembered.ts";
import { isLive, MAIN_ROOM, refreshRoom, view } from "./room.ts";
import { sendOnce } from "./send_once.ts";

export type { NewRoom, Room, RoomChange } from "../generated/api.ts";

export interface Rooms {
  /** Null until they are known. */
  list: readonly Room[] | null;
  problem: unknown;
}

export const rooms = signal<Rooms>({ list: null, problem: null });

// So many rooms of this browser's own making are remembered, since those that aren't listed are found nowhere else.
const REMEMBERED_ROOMS = 20;
const made = remembered<string>("rooms-made", "");

/** The listed rooms, then those that were made on this browser without being listed. */
export async function loadRooms(): Promise<void> {
  try {
    const listed = await fetchRooms();
    const missing = slugsMade().filter((slug) => !listed.some((room) => room.slug === slug));
    const unlisted = await Promise.all(missing.map((slug) => fetchRoom(slug).catch(() => null)));
    rooms.value = { list: [...listed, ...unlisted.filter((room) => room !== null)], problem: null };
  } catch (problem) {
    rooms.value = { ...rooms.value, problem };
  }
}

/** Keeps the list of now for as long as somebody looks at it, also after a loss of the line; gives the end of it. */
export function followRooms(): () => void {
  let isBegun = false;
  return effect(() => {
    if (isLive.value || !isBegun) untracked(() => void loadRooms());
    isBegun = true;
  });
}

/** Makes a room and goes there. Rejects with an `ApiProblem`. */
export async function makeRoom(wish: NewRoom): Promise<Room> {
  // A room of nobody could never be changed.
  await becomeSomebody();
  const room = await sendOnce(wish, createRoom);
  made.value = [room.slug, ...slugsMade()].slice(0, REMEMBERED_ROOMS).join(" ");
  await goToRoom(room.slug);
  void loadRooms();
  return room;
}

/** Rejects with an `ApiProblem`. */
export async function changeThisRoom(change: RoomChange): Promise<void> {
  await changeRoom(view.value.room, change);
  await refreshRoom();
  void loadRooms();
}

/** Deletes the room that is shown and goes to the main one. Rejects with an `ApiProblem`. */
export async function deleteThisRoom(): Promise<void> {
  const slug = view.value.room;
  await deleteRoom(slug);
  made.value = slugsMade()
    .filter((one) => one !== slug)
    .join(" ");
  await goToRoom(MAIN_ROOM);
  void loadRooms();
}

/** What the server makes of a name, unless another room has it; "" where only the server can tell. */
export function slugOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/[^\p{ASCII}]/gu, "");
  const words = plain.toLowerCase().replace(/[^\w\s-]/g, "");
  return words
    .replace(/[-\s_]+/g, "-")
    .slice(0, LONGEST_MADE_SLUG)
    .replace(/^-+|-+$/g, "");
}

// The server keeps room for a number behind it.
const LONGEST_MADE_SLUG = 44;

function slugsMade(): string[] {
  return made.value.split(" ").filter(Boolean);
}
