/** Recommendations for the user or for the room, and the user's opinions of them. */

import { computed, signal } from "@preact/signals";
import {
  fetchMyRecommendations,
  fetchRoomRecommendations,
  importRecommendedTrack,
  type Recommendation,
  type Recommendations,
} from "../api/recommendations.ts";
import type { Track } from "../generated/api.ts";
import { loadLazyMessages } from "../locales/index.ts";
import { addOnce } from "./add_track.ts";
import { account } from "./identity.ts";
import { isLive, view } from "./room.ts";
import { part } from "./router.ts";
import { recordActivity, withSession } from "./session.ts";
import { loadReasonTitles, variedReasons } from "./suggestions.ts";
import { tasteChanges } from "./taste_profile.ts";

export type { Reason, Recommendation } from "../api/recommendations.ts";

export type ListScope = "me" | "room";
export type Opinion = "like" | "dislike";

export interface RecommendationsState {
  /** Null until it is known. */
  answer: Recommendations | null;
  problem: unknown;
}

export const LIST_LENGTH = 20;
const FRESH_MS = 5 * 60_000;

let loadedAt = 0;

export const listScope = signal<ListScope>("me");

export const recommended = signal<RecommendationsState>({ answer: null, problem: null });

/** The user's opinions by the recommendation's id. */
export const opinions = signal<ReadonlyMap<number, Opinion>>(new Map());

/** All but what was not liked. */
export const visibleRecommendations = computed<readonly Recommendation[]>(
  () =>
    recommended.value.answer?.recommendations.filter(({ id }) => opinions.value.get(id) !== "dislike") ?? [],
);

/** Without an account there are only the room's recommendations. */
export const isOfRoom = computed(() => listScope.value === "room" || account.value === null);

/** For which user or room the list is; "" while that is unknown. */
const audienceKey = computed(() => {
  const room = view.value.room;
  if (isOfRoom.value) return `room ${room}`;
  return account.value ? `me ${account.value.id} in ${room}` : "";
});
/** A change of one of these loads the data again. */
const reloadTriggers = computed(
  () => [audienceKey.value, isLive.value, part.value === "discover", tasteChanges.value] as const,
);

/** Keeps the list up to date while it is visible. Returns a function that ends this. */
export function followRecommendations(): () => void {
  let shownTo = "";
  let taste = tasteChanges.peek();
  return reloadTriggers.subscribe(([next, , , newTaste]) => {
    const isAnother = next !== shownTo;
    if (isAnother) recommended.value = { answer: null, problem: null };
    if (isAnother || taste !== newTaste || isOutdated()) void loadRecommendations();
    [shownTo, taste] = [next, newTaste];
  });
}

/** After a short absence the same list is shown, with the tracks that the user has just added. */
function isOutdated(): boolean {
  const { answer, problem } = recommended.peek();
  return answer === null || problem !== null || Date.now() - loadedAt > FRESH_MS;
}

export async function loadRecommendations(): Promise<void> {
  const asked = audienceKey.peek();
  const { room } = view.peek();
  if (!asked) return;
  try {
    const answer = await (isOfRoom.peek()
      ? fetchRoomRecommendations(room, LIST_LENGTH)
      : withSession(() => fetchMyRecommendations(room, LIST_LENGTH)));
    if (audienceKey.peek() !== asked) return;
    recommended.value = { answer, problem: null };
    loadedAt = Date.now();
    await loadLazyMessages();
    void loadReasonTitles(variedReasons(answer.recommendations));
  } catch (problem) {
    if (audienceKey.peek() === asked) recommended.value = { ...recommended.peek(), problem };
  }
}

/** Shown immediately, and undone if it could not be saved. Rejects with an `ApiError`. */
export async function saveOpinion(opinion: Opinion, { id, track }: Recommendation): Promise<void> {
  const before = opinions.value.get(id);
  setOpinion(id, opinion);
  // A recommendation to a room belongs to no user.
  const isOwn = !isOfRoom.value || track.id === null;
  const subject = isOwn ? { recommendation_id: id } : { track_id: track.id as number };
  try {
    await recordActivity({ ...subject, activity_type: opinion, context: { room: view.value.room } });
  } catch (problem) {
    setOpinion(id, before);
    throw problem;
  }
}

/**
 * Adds it to the queue, after an import into the library if necessary; returns whether it was added. Rejects with an
 * `ApiError`.
 */
export async function addRecommended(one: Recommendation): Promise<boolean> {
  if (isInLibrary(one.track)) return addOnce(one.track);
  const track = await withSession(() => importRecommendedTrack(one.id));
  const { answer } = recommended.value;
  if (answer) recommended.value = { answer: withTrack(answer, one.id, track), problem: null };
  return addOnce(track);
}

export function isInLibrary(track: Recommendation["track"]): track is Track {
  return track.id !== null;
}

function withTrack(answer: Recommendations, id: number, track: Track): Recommendations {
  const recommendations = answer.recommendations.map((one) => (one.id === id ? { ...one, track } : one));
  return { ...answer, recommendations };
}

function setOpinion(id: number, opinion: Opinion | undefined): void {
  const next = new Map(opinions.value);
  if (opinion) next.set(id, opinion);
  else next.delete(id);
  opinions.value = next;
}

// Opinions belong to one account.
computed(() => account.value?.id).subscribe(() => {
  opinions.value = new Map();
});
