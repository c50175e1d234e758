/** Who one is here. Nobody becomes a guest by looking: only the first change, or giving a name, makes one. */

import { signal } from "@preact/signals";
import { createGuest, fetchMe, renameMe } from "../api/guests.ts";
import type { Guest } from "../generated/api.ts";
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

/** Whether the name has been asked for on this browser, and answered or skipped. */
export const wasAsked = remembered<string>("asked-for-name", "");

/** Kept by a browser that has become a guest. */
const WAS_GUEST = "was-guest";

let becoming: Promise<Guest> | null = null;

/** Finds out who one is; a server that doesn't answer is asked again by the first change. */
export async function recogniseMe(): Promise<void> {
  try {
    guest.value = await whoIAm();
  } catch {
    // Still unknown.
  }
}

/** Makes a guest, if one isn't somebody yet. Rejects while the server can't be reached. */
export async function becomeSomebody(): Promise<void> {
  if (guest.value) return;
  becoming ??= findOrMake("").finally(() => {
    becoming = null;
  });
  await becoming;
}

/** Gives oneself a name; rejects with an `ApiProblem`. */
export async function takeName(name: string): Promise<void> {
  if (becoming) await becoming;
  guest.value ??= await whoIAm();
  guest.value = guest.value ? await renameMe(name) : await createGuest(name);
  keep(WAS_GUEST, "yes");
  wasAsked.value = "yes";
}

async function findOrMake(name: string): Promise<Guest> {
  const found = (await whoIAm()) ?? (await createGuest(name));
  keep(WAS_GUEST, "yes");
  guest.value = found;
  return found;
}

/**
 * The guest that this browser is: another tab may have become one. Who never was one is not asked for, since the
 * answer would be an error in the browser's console.
 */
async function whoIAm(): Promise<Guest | null> {
  return recall(WAS_GUEST) ? fetchMe() : null;
}
