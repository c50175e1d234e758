/** What has been played in the room: its last plays. */

import { computed, effect, signal } from "@preact/signals";
import { fetchHistory } from "../api/rooms.ts";
import type { Play } from "../generated/api.ts";
import { isLive, onNotice, view } from "./room.ts";

export type { Play } from "../generated/api.ts";

interface Plays {
  room: string;
  /** Newest first; null until they are known. */
  list: readonly Play[] | null;
  problem: unknown;
}

// One switch is told by several events: one question answers them all.
const GATHER_MILLISECONDS = 100;

export const plays = signal<Plays>({ room: "", list: null, problem: null });

const roomShown = computed(() => view.value.room);

let timer: ReturnType<typeof setTimeout> | null = null;

/** Keeps `plays` in step with the room for as long as somebody looks at them; gives the end of it. */
export function followPlays(): () => void {
  const stops = [
    effect(() => {
      const room = roomShown.value;
      if (room !== plays.peek().room) plays.value = { room, list: null, problem: null };
      if (isLive.value || !plays.peek().list) askSoon();
    }),
    onNotice((notice) => {
      const isEnd = notice.kind === "event" && notice.event.type === "track.playing";
      if (isEnd || notice.kind === "snapshot" || notice.kind === "healed") askSoon();
    }),
  ];
  return () => {
    if (timer) clearTimeout(timer);
    timer = null;
    for (const stop of stops) stop();
  };
}

export async function loadPlays(): Promise<void> {
  const { room } = view.peek();
  try {
    const list = await fetchHistory(room);
    if (view.peek().room === room) plays.value = { room, list, problem: null };
  } catch (problem) {
    if (view.peek().room === room) plays.value = { ...plays.peek(), problem };
  }
}

function askSoon(): void {
  timer ??= setTimeout(() => {
    timer = null;
    void loadPlays();
  }, GATHER_MILLISECONDS);
}
