/** The room that the page shows, and what people do to its queue. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError, apiBase, guestToken, isOtherOrigin, socketBase } from "../api/http.ts";
import { fetchRoom } from "../api/rooms.ts";
import { onNewGuest } from "../api/users.ts";
import { mainRoomName } from "../locales/index.ts";
import {
  type Action,
  type ClientMessage,
  type Notice,
  type PeopleChanged,
  type Room,
  RoomClient,
  type RoomMessage,
  type RoomView,
  type ShownItem,
  type StoredAction,
  type Track,
} from "../sync/index.ts";
import { ensureGuest, ensureIdentityLoaded, invalidateIdentity, ownName } from "./identity.ts";
import { cachedRoom, cacheRoom, saveStored, uncacheRoom } from "./local_storage.ts";

export const MAIN_ROOM = "main";
/** For paths that name no room: no room of the server has this slug. */
export const NO_ROOM = "_";

const EMPTY_VIEW: RoomView = {
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
  resyncs: 0,
};

/** The state of the room, with the user's own actions in it. */
export const view = signal<RoomView>(EMPTY_VIEW);

/** Name, order and other settings; null until the server has sent them to this browser once. */
export const room = signal<Room | null>(null);

/** What the room is called, as far as that is known. */
export const roomName = computed(() => (room.value ? displayName(room.value) : nameOfSlug(view.value.room)));

/** The main room is called so in the reader's language, until its name is changed. */
export function displayName({ slug, name }: Pick<Room, "slug" | "name">): string {
  return slug === MAIN_ROOM && name === "Main room" ? (mainRoomName() ?? name) : name;
}

/** The name of any room; its slug if this browser has not loaded its name. */
export function nameOfRoom(slug: string): string {
  const known = cachedRoom(slug);
  return known ? displayName(known) : nameOfSlug(slug);
}

function nameOfSlug(slug: string): string {
  return [MAIN_ROOM, NO_ROOM].includes(slug) ? "Tutti" : slug;
}

/** The users in the room; null until the server has sent them. */
export const people = signal<PeopleChanged | null>(null);

export const playing = computed<ShownItem | null>(
  () => view.value.items.find((item) => item.key === view.value.playingKey) ?? null,
);

/** Whether all events have arrived. Requests that failed without connection are repeated when it is back. */
export const isLive = computed(() => view.value.connection.kind === "live");

/** Whether the server rejects this page's origin; browsers then hide its responses from the page, too. */
export const isOriginForbidden = computed(() => {
  const { connection } = view.value;
  return connection.kind === "ended" && connection.reason === "origin-not-allowed";
});

let client: RoomClient | null = null;
let hasRoomFailed = false;
const noticeListeners = new Set<(notice: Notice) => void>();
const messageListeners = new Set<(message: RoomMessage) => void>();

/** Of the page for a large display. */
export function screenPath(slug: string): string {
  return `/r/${slug}/screen`;
}

/** Of the page of a speaker. */
export function speakerPath(slug: string): string {
  return `/r/${slug}/speaker`;
}

/** Whether the URL is that of the page for a large display. */
export function isScreen(slug: string): boolean {
  return isAt(screenPath(slug));
}

export function isSpeaker(slug: string): boolean {
  return isAt(speakerPath(slug));
}

function isAt(path: string): boolean {
  return location.pathname.toLowerCase().replace(/\/$/, "") === path;
}

/** Leaves the room that is shown, if any, and enters another. */
export async function enterRoom(slug: string): Promise<void> {
  client?.stop();
  view.value = { ...EMPTY_VIEW, room: slug };
  room.value = cachedRoom(slug);
  people.value = null;
  const isDisplay = isScreen(slug) || isSpeaker(slug);
  const entered = new RoomClient({
    room: slug,
    apiBase,
    socketBase,
    prepareCaller: ensureGuest,
    isDisplay,
    ...(isOtherOrigin ? { guestToken } : {}),
  });
  client = entered;
  entered.subscribe((shown) => {
    if (client === entered) view.value = shown;
  });
  if (!isDisplay) {
    entered.onPeople((here) => {
      if (client === entered) people.value = here;
    });
  }
  entered.onMessage((message) => {
    if (client !== entered) return;
    for (const listener of messageListeners) listener(message);
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

/** Loads the room's name and order again. */
export async function refreshRoom(): Promise<void> {
  const slug = view.peek().room;
  hasRoomFailed = false;
  try {
    const found = await fetchRoom(slug);
    cacheRoom(found);
    saveStored("last-room", slug);
    if (view.value.room === slug) room.value = found;
  } catch (problem) {
    // The connection's state shows the error; the name stays until then.
    if (problem instanceof ApiError && problem.code === "NOT_FOUND") uncacheRoom(slug);
    else if (view.value.room === slug) hasRoomFailed = true;
  }
}

effect(() => {
  if (!isLive.value) return;
  if (hasRoomFailed) void refreshRoom();
  untracked(ensureIdentityLoaded);
});

onNewGuest((token) => client?.identify(token));

const isConnectionLost = computed(() => ["reconnecting", "offline"].includes(view.value.connection.kind));
let epoch: string | null = null;

// A server that was put back to an older state may not know us.
effect(() => {
  if (isConnectionLost.value) invalidateIdentity();
});
effect(() => {
  const before = epoch;
  epoch = view.value.epoch;
  if (before !== null && epoch !== null && before !== epoch) invalidateIdentity();
});

export function onNotice(listener: (notice: Notice) => void): () => void {
  noticeListeners.add(listener);
  return () => noticeListeners.delete(listener);
}

/** Every message of the room's socket, before it is applied. */
export function onMessage(listener: (message: RoomMessage) => void): () => void {
  messageListeners.add(listener);
  return () => messageListeners.delete(listener);
}

/** Sends the message if the connection is open. */
export function sendMessage(message: ClientMessage): void {
  client?.send(message);
}

/** Shows the action immediately and has it sent, in order and exactly once; returns its op id. */
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

/**
 * Waits until the queue shows all that the action has caused: the event of a vote comes before the one of the move. Gives
 * whether it does, or will once there is a line again.
 */
export function whenShown(opId: string): Promise<boolean> {
  const { room: slug } = view.value;
  /** The action with the server's response; null until then. */
  const ended = signal<StoredAction | null>(null);
  let isRejected = false;
  const unsubscribe = onNotice((notice) => {
    if (notice.kind !== "done" && notice.kind !== "rejected") return;
    const stored = notice.kind === "done" ? notice.stored : notice.rejection.stored;
    if (stored.opId !== opId) return;
    isRejected = notice.kind === "rejected";
    ended.value = stored;
  });
  return new Promise<boolean>((resolve) => {
    const stop = effect(() => {
      const { epoch, seq, room: shown } = view.value;
      const at = ended.value?.answeredAt;
      if (isLive.value && (!ended.value || (at?.epoch === epoch && at.seq > seq))) return;
      resolve(!isRejected && shown === slug);
      queueMicrotask(() => stop());
    });
  }).finally(unsubscribe);
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

export function discardStale(opId: string): void {
  client?.discard(opId);
}

export function sendStale(opId: string): void {
  client?.sendAnyway(opId);
}

/** Call it when the user has signed in or out. */
export function onUserChanged(): void {
  client?.onUserChanged();
}
