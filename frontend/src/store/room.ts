/** The room that the page shows, and what people do to its queue. */

import { computed, signal } from "@preact/signals";
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
import { becomeSomebody, guest } from "./guest.ts";
import { forgetRoom, recallRoom, rememberRoom } from "./rooms_seen.ts";

export const MAIN_ROOM = "main";

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
export const roomName = computed(
  () => room.value?.name ?? (view.value.room === MAIN_ROOM ? "Tutti" : view.value.room),
);

export const playing = computed<ShownItem | null>(
  () => view.value.items.find((item) => item.key === view.value.playingKey) ?? null,
);

/** Of each queued track the item, by the track's id. */
export const itemOfTrack = computed<ReadonlyMap<number, { item: ShownItem; place: number }>>(
  () => new Map(view.value.items.map((item, index) => [item.track_id, { item, place: index + 1 }])),
);

/** Known lengths only. */
export const totalSeconds = computed(() =>
  view.value.items.reduce((sum, item) => sum + (item.track.duration_seconds ?? 0), 0),
);

/** Whether the server takes nothing from this page's origin; browsers then keep its answers from the page, too. */
export const isShutOut = computed(() => {
  const { connection } = view.value;
  return connection.kind === "ended" && connection.reason === "origin-not-allowed";
});

let client: RoomClient | null = null;
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
  const slug = view.value.room;
  try {
    const found = await fetchRoom(slug);
    rememberRoom(found);
    if (view.value.room === slug) room.value = found;
  } catch (problem) {
    // The connection tells what is wrong; the name stays what it was until then.
    if (problem instanceof ApiProblem && problem.code === "NOT_FOUND") forgetRoom(slug);
  }
}

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

export function addTrack(track: Track): string {
  return act({ kind: "add", track, addedBy: guest.value?.name || null, place: null });
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

export function refreshOwnVotes(): void {
  client?.refreshOwnVotes();
}

/** Plays what stands `steps` behind the playing item; nothing when there is nothing. */
export function playNeighbour(steps: 1 | -1): void {
  const neighbour = neighbourOfPlaying(steps);
  if (neighbour) act({ kind: "play", item: neighbour.ref });
}

export function neighbourOfPlaying(steps: 1 | -1): ShownItem | null {
  const { items, playingKey } = view.value;
  const index = items.findIndex((item) => item.key === playingKey);
  return index < 0 ? null : (items[index + steps] ?? null);
}
