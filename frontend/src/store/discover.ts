/** What is recommended, to oneself or to those in the room, and what one says to it. */

import { computed, signal } from "@preact/signals";
import {
  bringIn,
  fetchOwnRecommendations,
  fetchRoomRecommendations,
  type Recommendation,
  type Recommendations,
} from "../api/recommendations.ts";
import type { Track } from "../generated/api.ts";
import { account } from "./account.ts";
import { tellOf } from "./activities.ts";
import { addOnce } from "./adding.ts";
import { part } from "./place.ts";
import { learnTitles } from "./reasons.ts";
import { isLive, view } from "./room.ts";
import { asMyself } from "./session.ts";
import { tasteChanges } from "./taste.ts";

export type { Recommendation } from "../api/recommendations.ts";

export type Whose = "me" | "room";
export type Opinion = "like" | "dislike";

export interface Recommended {
  /** Null until it is known. */
  answer: Recommendations | null;
  problem: unknown;
}

export const COUNT = 20;
const FRESH_MS = 5 * 60_000;

let loadedAt = 0;

export const whose = signal<Whose>("me");

export const recommended = signal<Recommended>({ answer: null, problem: null });

/** What was said, by the recommendation's id. */
export const opinions = signal<ReadonlyMap<number, Opinion>>(new Map());

/** All but what was not liked. */
export const offered = computed<readonly Recommendation[]>(
  () =>
    recommended.value.answer?.recommendations.filter(({ id }) => opinions.value.get(id) !== "dislike") ?? [],
);

/** Without an account there is no list of one's own: the room's stands in for it. */
export const isOfRoom = computed(() => whose.value === "room" || account.value === null);

/** For whom the shown list is; "" for nobody. */
const audience = computed(() => {
  const room = view.value.room;
  if (isOfRoom.value) return `room ${room}`;
  return account.value ? `me ${account.value.id} in ${room}` : "";
});
/** Whatever changes of this is a reason to ask anew. */
const occasion = computed(
  () => [audience.value, isLive.value, part.value === "discover", tasteChanges.value] as const,
);

/** Keeps the list of now for as long as somebody looks at it; gives the end of it. */
export function followRecommendations(): () => void {
  let shownTo = "";
  let taste = tasteChanges.peek();
  return occasion.subscribe(([next, , , newTaste]) => {
    const isAnother = next !== shownTo;
    if (isAnother) recommended.value = { answer: null, problem: null };
    if (isAnother || taste !== newTaste || isDue()) void loadRecommendations();
    [shownTo, taste] = [next, newTaste];
  });
}

/** Whoever comes back a moment later finds the list as it was, with what they have just added. */
function isDue(): boolean {
  const { answer, problem } = recommended.peek();
  return answer === null || problem !== null || Date.now() - loadedAt > FRESH_MS;
}

export async function loadRecommendations(): Promise<void> {
  const asked = audience.peek();
  const { room } = view.peek();
  if (!asked) return;
  try {
    const answer = await (isOfRoom.peek()
      ? fetchRoomRecommendations(room, COUNT)
      : asMyself(() => fetchOwnRecommendations(room, COUNT)));
    if (audience.peek() !== asked) return;
    recommended.value = { answer, problem: null };
    loadedAt = Date.now();
    void learnTitles(answer.recommendations.map(({ reasons }) => reasons[0]));
  } catch (problem) {
    if (audience.peek() === asked) recommended.value = { ...recommended.peek(), problem };
  }
}

/** Is shown at once, and taken back where it could not be kept. Rejects with an `ApiProblem`. */
export async function say(opinion: Opinion, { id, track }: Recommendation): Promise<void> {
  const before = opinions.value.get(id);
  setOpinion(id, opinion);
  // What is recommended to a room was recommended to nobody in particular.
  const isOwn = !isOfRoom.value || track.id === null;
  const subject = isOwn ? { recommendation_id: id } : { track_id: track.id as number };
  try {
    await tellOf({ ...subject, activity_type: opinion, context: { room: view.value.room } });
  } catch (problem) {
    setOpinion(id, before);
    throw problem;
  }
}

/** Puts it into the queue; gives whether it was. What the library lacks it gets first. Rejects with an `ApiProblem`. */
export async function addRecommended(one: Recommendation): Promise<boolean> {
  if (isOfLibrary(one.track)) return addOnce(one.track);
  const track = await asMyself(() => bringIn(one.id));
  const { answer } = recommended.value;
  if (answer) recommended.value = { answer: withTrack(answer, one.id, track), problem: null };
  return addOnce(track);
}

export function isOfLibrary(track: Recommendation["track"]): track is Track {
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

// What one person said is nobody else's opinion.
computed(() => account.value?.id).subscribe(() => {
  opinions.value = new Map();
});
