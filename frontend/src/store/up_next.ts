/** The three parts of a queue: what plays, what is to come, what was played; and where playing goes from here. */

import { computed } from "@preact/signals";
import type { ShownItem } from "../sync/index.ts";
import { control, isPlayerUsed, player, playOrPause, positionMs, skip } from "./player.ts";
import { act, playing, serverNow, view } from "./room.ts";

const items = computed(() => view.value.items);
const playingKey = computed(() => view.value.playingKey);

/** In the order in which it will be played. */
export const upcoming = computed<readonly ShownItem[]>(() =>
  items.value.filter(({ key, played_at: playedAt }) => !playedAt && key !== playingKey.value),
);

/** What was played last comes first. */
export const played = computed<readonly ShownItem[]>(() =>
  items.value
    .filter(({ key, played_at: playedAt }) => playedAt && key !== playingKey.value)
    .sort((one, other) => startedAt(other) - startedAt(one)),
);

/** Of each track that plays or is to come the item, by the track's id; `place` counts from 1, and is 0 for what plays. */
export const queuedTracks = computed<ReadonlyMap<number, { item: ShownItem; place: number }>>(() => {
  const found = new Map(upcoming.value.map((item, index) => [item.track_id, { item, place: index + 1 }]));
  if (playing.value) found.set(playing.value.track_id, { item: playing.value, place: 0 });
  return found;
});

/** Of what is to come, known lengths only. */
export const upcomingSeconds = computed(() =>
  upcoming.value.reduce((sum, { track }) => sum + (track.duration_seconds ?? 0), 0),
);

/** The played seconds, by the server's clock; never more than the track is long. */
export function playedSeconds(item: ShownItem): number {
  const room = player.peek();
  if (room?.is_used && room.item?.id === item.id) return positionMs(room) / 1000;
  if (!item.played_at) return 0;
  const passed = Math.max(0, (serverNow() - Date.parse(item.played_at)) / 1000);
  return Math.min(passed, item.track.duration_seconds ?? passed);
}

/** The played part of the track, 0 to 1; 0 without a length. */
export function playedShare(item: ShownItem): number {
  const whole = item.track.duration_seconds;
  return whole ? playedSeconds(item) / whole : 0;
}

/** The item that the button for the next track plays. */
export function nextItem(): ShownItem | null {
  return upcoming.value[0] ?? null;
}

export function previousItem(): ShownItem | null {
  return played.value[0] ?? null;
}

/** What playing begins with: what was stopped before its end, else what comes next, else all of it once more. */
export function firstItem(): ShownItem | null {
  const last = previousItem();
  const isUnfinished = last && startedAt(last) + (last.track.duration_seconds ?? 0) * 1000 > serverNow();
  return (isUnfinished ? last : nextItem()) ?? view.value.items[0] ?? null;
}

export function playItem(item: ShownItem | null): void {
  if (item) act({ kind: "play", item: item.ref });
}

export function playNext(): void {
  if (isPlayerUsed.peek()) skip();
  else playItem(nextItem());
}

export function playPrevious(): void {
  if (isPlayerUsed.peek()) void control({ action: "previous" });
  else playItem(previousItem());
}

/** Plays the first item, or stops or pauses playback. */
export function playOrStop(): void {
  if (isPlayerUsed.peek()) {
    playOrPause();
    return;
  }
  if (playing.value) act({ kind: "stop" });
  else playItem(firstItem());
}

/** In milliseconds. */
function startedAt({ played_at: playedAt }: ShownItem): number {
  return playedAt ? Date.parse(playedAt) : 0;
}
