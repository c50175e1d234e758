/**
 * Who one is here: an account, else a guest. Nobody becomes a guest by looking: only the first change, or giving a name,
 * makes one.
 */

import { computed, signal } from "@preact/signals";
import { createGuest, fetchMe, renameMe } from "../api/guests.ts";
import { ApiProblem } from "../api/http.ts";
import type { Guest } from "../generated/api.ts";
import { account, accountName, isThoughtSignedIn, recogniseAccount } from "./account.ts";
import { keep, recall, remembered } from "./remembered.ts";

/** The server's limit, in characters. */
export const LONGEST_NAME = 50;

/** What the server writes for whoever gives no name. */
export const ANONYMOUS = "Anonymous";

/** Whether somebody is named at all; before the server has written its word for nobody, there is none. */
export function isNamed(name: string): boolean {
  return name !== "" && name !== ANONYMOUS;
}

/** Null until there is one; undefined until that is known. */
export const guest = signal<Guest | null | undefined>(undefined);

/** What stands beside what one adds; "" for nobody. */
export const ownName = computed(() => accountName.value || (guest.value?.name ?? ""));

/** Whether the name has been asked for on this browser, and answered or skipped. */
export const wasAsked = remembered<string>("asked-for-name", "");

/** Kept by a browser that has become a guest. */
const WAS_GUEST = "was-guest";

let becoming: Promise<void> | null = null;

/** How often there was reason to doubt that the server still knows us, and how many of these are settled. */
let doubts = 0;
let settledDoubts = 0;

/** Whether nobody knows who one is, since the server did not answer. */
export const isUnanswered = signal(false);

/** Finds out who one is; a server that doesn't answer is asked again by the first change. */
export async function recogniseMe(): Promise<void> {
  try {
    await recogniseAccount();
    guest.value = account.value ? null : await whoIAm();
    isUnanswered.value = false;
  } catch {
    isUnanswered.value = true;
  }
}

/** The line is there: who could not find out who one is asks again. */
export function recogniseMeAtLast(): void {
  if (isUnanswered.value && !guest.value && !account.value) void recogniseMe();
}

/** The server may have been put back to an older state, which doesn't know us: the next change asks. */
export function doubtMe(): void {
  doubts += 1;
}

/** The guest has become an account, or the account is gone: there is no guest until the next change. */
export function forgetGuest(): void {
  keep(WAS_GUEST, "");
  guest.value = null;
}

/** Makes a guest, if one isn't somebody yet. Rejects while the server can't be reached. */
export async function becomeSomebody(): Promise<void> {
  if ((guest.value || account.value) && doubts === settledDoubts) return;
  becoming ??= findOrMake().finally(() => {
    becoming = null;
  });
  await becoming;
}

/** Gives oneself a name; rejects with an `ApiProblem`. */
export async function takeName(name: string): Promise<void> {
  if (becoming) await becoming;
  const isKnown = guest.value && doubts === settledDoubts;
  const me = isKnown ? guest.value : await whoIAm();
  guest.value = (me && (await renamed(name))) ?? (await createGuest(name));
  keep(WAS_GUEST, "yes");
  wasAsked.value = "yes";
}

/** Null for whom the server doesn't know any more: the cookie has gone, or the guest has been deleted. */
async function renamed(name: string): Promise<Guest | null> {
  try {
    return await renameMe(name);
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.code === "NOT_FOUND") return null;
    throw problem;
  }
}

/** Whom the server has forgotten keeps the name. */
async function findOrMake(): Promise<void> {
  const settled = doubts;
  if (await isAccount()) {
    settledDoubts = settled;
    return;
  }
  const found = (await whoIAm()) ?? (await createGuest(guest.value?.name ?? ""));
  settledDoubts = settled;
  keep(WAS_GUEST, "yes");
  guest.value = found;
}

async function isAccount(): Promise<boolean> {
  if (isThoughtSignedIn() || account.value) await recogniseAccount();
  return Boolean(account.value);
}

/**
 * The guest that this browser is: another tab may have become one. Who never was one is not asked for, since the
 * answer would be an error in the browser's console.
 */
async function whoIAm(): Promise<Guest | null> {
  return recall(WAS_GUEST) ? fetchMe() : null;
}
