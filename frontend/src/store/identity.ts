/** The user: an account, else a guest. Reading creates no guest; the first change or a name does. */

import { computed, signal } from "@preact/signals";
import { ApiError, isOtherOrigin } from "../api/http.ts";
import { createGuest, fetchAccount, fetchGuest, renameGuest } from "../api/users.ts";
import type { Account, Guest } from "../generated/api.ts";
import { loadStored, saveStored, storedSignal } from "./local_storage.ts";

export type { Account, Profile } from "../generated/api.ts";

/** Null without an account or a session; undefined until that is known. */
export const account = signal<Account | null | undefined>(undefined);

/** The cookie goes to the server's own pages alone. */
export const mayHaveAccount = !isOtherOrigin;

/** What the server shows as the name of an account is never longer. */
const MAX_ACCOUNT_NAME = 50;

export const accountName = computed(() => account.value?.username.slice(0, MAX_ACCOUNT_NAME) ?? "");

/** Stored while this browser is signed in, to save a request otherwise. It is not secret and grants nothing. */
const IS_SIGNED_IN = "signed-in";

export function isProbablySignedIn(): boolean {
  return mayHaveAccount && loadStored(IS_SIGNED_IN) !== null;
}

/** Loads the account of the session, if there was one. Rejects with an `ApiError`. */
export async function loadAccount(): Promise<void> {
  setAccount(isProbablySignedIn() ? await fetchAccount() : null);
}

export function setAccount(found: Account | null): void {
  account.value = found;
  saveStored(IS_SIGNED_IN, found ? "yes" : "");
}

/** Calls when another tab has signed in or out. */
export function onSessionChangeInOtherTab(listener: () => void): void {
  addEventListener("storage", ({ key }) => {
    if (key?.endsWith(IS_SIGNED_IN)) listener();
  });
}

/** The server's limit, in characters. */
export const MAX_NAME_LENGTH = 50;

/** The server's name for users without one. */
export const ANONYMOUS = "Anonymous";

/** Whether it is a user's own name. It is empty before the server has set its name for users without one. */
export function isNamed(name: string): boolean {
  return name !== "" && name !== ANONYMOUS;
}

/** Null until there is one; undefined until that is known. */
export const guest = signal<Guest | null | undefined>(undefined);

/** The name shown with the user's additions; "" without one. */
export const ownName = computed(() => accountName.value || (guest.value?.name ?? ""));

/** Whether the user was prompted for a name in this browser, and has set or skipped it. */
export const wasNameAsked = storedSignal<string>("asked-for-name", "");

/** Stored once this browser has a guest. */
const WAS_GUEST = "was-guest";

let pendingGuest: Promise<void> | null = null;

/** How often there was reason to doubt that the server still knows us, and how many of these are settled. */
let invalidations = 0;
let handledInvalidations = 0;

/** Whether the identity is unknown because the server did not respond. */
export const isIdentityUnavailable = signal(false);

/** Loads the user's identity. If the server does not respond, the first change tries again. */
export async function loadIdentity(): Promise<void> {
  try {
    await loadAccount();
    guest.value = account.value ? null : await fetchKnownGuest();
    isIdentityUnavailable.value = false;
  } catch {
    isIdentityUnavailable.value = true;
  }
}

/** The connection is back: loads the identity if that has failed. */
export function ensureIdentityLoaded(): void {
  if (isIdentityUnavailable.value && !guest.value && !account.value) void loadIdentity();
}

/** The server may have been restored to an older state without this guest: the next change checks. */
export function invalidateIdentity(): void {
  invalidations += 1;
}

/** The guest has become an account, or the account is gone: there is no guest until the next change. */
export function clearGuest(): void {
  saveStored(WAS_GUEST, "");
  guest.value = null;
}

/** Creates a guest unless the user has an identity. Rejects while the server can't be reached. */
export async function ensureGuest(): Promise<void> {
  if ((guest.value || account.value) && invalidations === handledInvalidations) return;
  pendingGuest ??= findOrCreateGuest().finally(() => {
    pendingGuest = null;
  });
  await pendingGuest;
}

/** Saves the user's name. Rejects with an `ApiError`. */
export async function saveName(name: string): Promise<void> {
  if (pendingGuest) await pendingGuest;
  const isKnown = guest.value && invalidations === handledInvalidations;
  const me = isKnown ? guest.value : await fetchKnownGuest();
  guest.value = (me && (await renameKnownGuest(name))) ?? (await createGuest(name));
  saveStored(WAS_GUEST, "yes");
  wasNameAsked.value = "yes";
}

/** Null if the server no longer knows the guest: the cookie is gone, or the guest was deleted. */
async function renameKnownGuest(name: string): Promise<Guest | null> {
  try {
    return await renameGuest(name);
  } catch (problem) {
    if (problem instanceof ApiError && problem.code === "NOT_FOUND") return null;
    throw problem;
  }
}

/** A guest that the server no longer knows is created again with the same name. */
async function findOrCreateGuest(): Promise<void> {
  const settled = invalidations;
  if (await hasAccount()) {
    handledInvalidations = settled;
    return;
  }
  const found = (await fetchKnownGuest()) ?? (await createGuest(guest.value?.name ?? ""));
  handledInvalidations = settled;
  saveStored(WAS_GUEST, "yes");
  guest.value = found;
}

async function hasAccount(): Promise<boolean> {
  if (isProbablySignedIn() || account.value) await loadAccount();
  return Boolean(account.value);
}

/**
 * The guest of this browser, which another tab may have created. Without one there is no request, because the browser
 * would log its response as an error.
 */
async function fetchKnownGuest(): Promise<Guest | null> {
  return loadStored(WAS_GUEST) ? fetchGuest() : null;
}
