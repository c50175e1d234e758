/** The player of the room: what plays, where it is, and which speakers play it. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError } from "../api/http.ts";
import { actOnPlayer, fetchPlayer, type Player, type PlayerAction } from "../api/player.ts";
import { browserEnvironment, newOpId, type PlayerChange } from "../sync/index.ts";
import { isLive, onMessage, serverNow, view } from "./room.ts";

/** Null until the server has sent it. */
export const player = signal<Player | null>(null);

/** Whether the player of the room has been used; until then, tracks are only started and stopped by hand. */
export const isPlayerUsed = computed(() => player.value?.is_used ?? false);

export const isPaused = computed(() => player.value?.state === "paused");

/** Whether the sheet with the player is open. */
export const isPlayerOpen = signal(false);

const roomSlug = computed(() => view.value.room);

/** The last error of a request; null if it succeeded. */
export const playerProblem = signal<unknown>(null);

/** Events so far: a response that was on its way meanwhile may be older than them. */
let changes = 0;

let load = Promise.resolve();

effect(() => {
  const slug = roomSlug.value;
  if (isLive.value) load = untracked(() => loadPlayer(slug));
});

/** Resolves once the player is known, or the server cannot be reached. */
export async function whenPlayerKnown(): Promise<void> {
  await new Promise<void>((resolve) => {
    effect(() => {
      if (view.value.connection.kind !== "connecting") resolve();
    });
  });
  await load;
}

effect(() => {
  roomSlug.value;
  player.value = null;
});

onMessage((message) => {
  if (message.type === "player.changed") changes += 1;
  const { value } = player;
  if (!value) return;
  if (message.type === "player.changed") {
    const { payload } = message;
    // What has started is not the next item any more; which one is, only a request says.
    const next = value.next?.id === payload.item?.id ? null : value.next;
    player.value = { ...value, ...payload, next, is_used: true };
  }
  if (message.type === "speakers.changed") {
    player.value = { ...value, speakers: message.payload.speakers, is_used: true };
  }
});

export async function loadPlayer(slug: string = view.peek().room): Promise<void> {
  const before = changes;
  try {
    const found = await fetchPlayer(slug);
    if (view.peek().room !== slug) return;
    if (changes === before) player.value = found;
    else await loadPlayer(slug);
  } catch {
    // The next connection loads it again.
  }
}

/** The position by the server's clock, up to the end of the track. */
export function positionMs({ state, anchor, duration_ms: duration }: PlayerChange): number {
  if (!anchor) return 0;
  const passed = state === "playing" ? Math.max(0, serverNow() - Date.parse(anchor.at)) : 0;
  return Math.min(anchor.position_ms + passed, duration ?? Number.POSITIVE_INFINITY);
}

/** Carries out the action; `playerProblem` has the error if that fails. */
export async function control(action: PlayerAction): Promise<void> {
  const slug = view.peek().room;
  const before = changes;
  try {
    const after = await actOnPlayer(slug, action, newOpId(browserEnvironment()));
    playerProblem.value = null;
    if (view.peek().room !== slug) return;
    const { next, speakers } = after;
    const { value } = player;
    player.value = value && changes > before ? { ...value, next, speakers } : after;
  } catch (problem) {
    // Someone else has skipped at the same time.
    playerProblem.value = problem instanceof ApiError && problem.code === "CONFLICT" ? null : problem;
  }
}

export function playOrPause(): void {
  const state = player.peek()?.state;
  void control({ action: state === "playing" ? "pause" : "play" });
}

/** Skips what plays now, and nothing that someone else has started meanwhile. */
export function skip(): void {
  const playId = player.peek()?.play_id;
  void control({ action: "skip", ...(playId ? { play_id: playId } : {}) });
}
