/** What has been played in the room: its last plays. */

import { computed, effect, signal } from "@preact/signals";
import { fetchHistory } from "../api/rooms.ts";
import type { Play } from "../generated/api.ts";
import { isLive, onNotice, view } from "./room.ts";

export type { Play } from "../generated/api.ts";

interface HistoryState {
  room: string;
  /** Newest first; null until they are known. */
  list: readonly Play[] | null;
  problem: unknown;
}

// One change of the playing track causes several events: one request covers them all.
const DEBOUNCE_MILLISECONDS = 100;

export const playHistory = signal<HistoryState>({ room: "", list: null, problem: null });

const roomSlug = computed(() => view.value.room);

let timer: ReturnType<typeof setTimeout> | null = null;

/** Keeps `playHistory` up to date while it is visible. Returns a function that ends this. */
export function followHistory(): () => void {
  const stops = [
    effect(() => {
      const room = roomSlug.value;
      if (room !== playHistory.peek().room) playHistory.value = { room, list: null, problem: null };
      if (isLive.value || !playHistory.peek().list) scheduleLoad();
    }),
    onNotice((notice) => {
      const isEnd = notice.kind === "event" && notice.event.type === "track.playing";
      if (isEnd || notice.kind === "snapshot" || notice.kind === "resynced") scheduleLoad();
    }),
  ];
  return () => {
    if (timer) clearTimeout(timer);
    timer = null;
    for (const stop of stops) stop();
  };
}

export async function loadHistory(): Promise<void> {
  const { room } = view.peek();
  try {
    const list = await fetchHistory(room);
    if (view.peek().room === room) playHistory.value = { room, list, problem: null };
  } catch (problem) {
    if (view.peek().room === room) playHistory.value = { ...playHistory.peek(), problem };
  }
}

function scheduleLoad(): void {
  timer ??= setTimeout(() => {
    timer = null;
    void loadHistory();
  }, DEBOUNCE_MILLISECONDS);
}
