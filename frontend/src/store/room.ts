/** The room that the page shows, and what people do to its queue. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { guestToken } from "../api/guest_token.ts";
import { ApiProblem, apiBase, isOtherOrigin, socketBase } from "../api/http.ts";
import { fetchRoom } from "../api/rooms.ts";
import {
  type Action,
  type Notice,
  type Room,
  RoomClient,
  type RoomView,
  type ShownItem,
  type Track,
} from "../sync/index.ts";
import { becomeSomebody, doubtMe, ownName, recogniseMeAtLast } from "./guest.ts";
import { forgetRoom, recallRoom, rememberRoom } from "./rooms_seen.ts";

export const MAIN_ROOM = "main";
/** Of an address that can be no room's: the server knows none of that name, and never will. */
export const NO_ROOM = "_";

const NOTHING: RoomView = {
  room: MAIN_ROOM,
  connection: { kind: "connecting" },
  epoch: null,
  seq: 0,
  isKnown: false,
  items: [],
  playingKey: null,
  waiting: [],
  limitedUntil: null,
  stale: [],
  heals: 0,
};

/** The state of the room, with the own actions in it. */
export const view = signal<RoomView>(NOTHING);

/** Name, order and so on, as last told; null until the server has told this browser once. */
export const room = signal<Room | null>(null);

/** What the room is called, as far as that is known. */
export const roomName = computed(() => room.value?.name ?? spokenSlug(view.value.room));

/** The same of another room: its address, where this browser has never heard its name. */
export function nameOfRoom(slug: string): string {
  return recallRoom(slug)?.name ?? spokenSlug(slug);
}

function spokenSlug(slug: string): string {
  return [MAIN_ROOM, NO_ROOM].includes(slug) ? "Tutti" : slug;
}

export const playing = computed<ShownItem | null>(
  () => view.value.items.find((item) => item.key === view.value.playingKey) ?? null,
);

/** Whether every event is here. What failed without the line is asked for again when it is back. */
export const isLive = computed(() => view.value.connection.kind === "live");

/** Whether the server takes nothing from this page's origin; browsers then keep its answers from the page, too. */
export const isShutOut = computed(() => {
  const { connection } = view.value;
  return connection.kind === "ended" && connection.reason === "origin-not-allowed";
});

let client: RoomClient | null = null;
let hasRoomFailed = false;
const noticeListeners = new Set<(notice: Notice) => void>();

/** Leaves the room that is shown, if any, and enters another. */
export async function enterRoom(slug: string): Promise<void> {
  client?.stop();
  view.value = { ...NOTHING, room: slug };
  room.value = recallRoom(slug);
  const entered = new RoomClient({
    room: slug,
    apiBase,
    socketBase,
    prepareCaller: becomeSomebody,
    ...(isOtherOrigin ? { guestToken } : {}),
  });
  client = entered;
  entered.subscribe((shown) => {
    if (client === entered) view.value = shown;
  });
  entered.onNotice((notice) => {
    if (client !== entered) return;
    if (notice.kind === "event" && notice.event.type === "room.renamed") void refreshRoom();
    for (const listener of noticeListeners) listener(notice);
  });
  await entered.start();
  view.value = entered.view;
  void refreshRoom();
}

/** Asks anew for the room's name and order. */
export async function refreshRoom(): Promise<void> {
  const slug = view.peek().room;
  hasRoomFailed = false;
  try {
    const found = await fetchRoom(slug);
    rememberRoom(found);
    if (view.value.room === slug) room.value = found;
  } catch (problem) {
    // The connection tells what is wrong; the name stays what it was until then.
    if (problem instanceof ApiProblem && problem.code === "NOT_FOUND") forgetRoom(slug);
    else if (view.value.room === slug) hasRoomFailed = true;
  }
}

effect(() => {
  if (!isLive.value) return;
  if (hasRoomFailed) void refreshRoom();
  untracked(recogniseMeAtLast);
});

const isLineLost = computed(() => ["reconnecting", "offline"].includes(view.value.connection.kind));
let epoch: string | null = null;

// A server that was put back to an older state may not know us.
effect(() => {
  if (isLineLost.value) doubtMe();
});
effect(() => {
  const before = epoch;
  epoch = view.value.epoch;
  if (before !== null && epoch !== null && before !== epoch) doubtMe();
});

export function onNotice(listener: (notice: Notice) => void): () => void {
  noticeListeners.add(listener);
  return () => noticeListeners.delete(listener);
}

/** Shows the action at once and has it sent, in order and exactly once; gives its op id. */
export function act(action: Action): string {
  if (!client) throw new Error("no room has been entered");
  const opId = client.act(action);
  // With the hand that did it, not a frame later.
  view.value = client.view;
  return opId;
}

/** The same for the room of that slug, which need not be the one that is shown any more. */
export function actIn(slug: string, action: Action, title: string): string {
  if (!client || slug === view.value.room) return act(action);
  return client.act(action, { room: slug, title });
}

/** What was played already goes to the end, as something new: a queue has a track but once. */
export function addTrack(track: Track): string {
  const old = view.value.items.find((item) => item.track_id === track.id);
  if (old?.played_at && old.key !== view.value.playingKey) act({ kind: "remove", item: old.ref });
  return act({ kind: "add", track, addedBy: ownName.value || null, place: null });
}

/** The server's time in milliseconds, as well as this browser knows it. */
export function serverNow(): number {
  return client?.serverNow() ?? Date.now();
}

export function connectNow(): void {
  client?.retryNow();
}

export function dismissStale(opId: string): void {
  client?.dismiss(opId);
}

export function sendStale(opId: string): void {
  client?.sendAnyway(opId);
}

/** Whoever acts here is another person now. */
export function becameAnother(): void {
  client?.becameAnother();
}
