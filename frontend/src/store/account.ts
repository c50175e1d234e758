/** Which account one is signed in to. The session is a cookie that no script can read. */

import { computed, signal } from "@preact/signals";
import { isOtherOrigin } from "../api/http.ts";
import { fetchAccount } from "../api/people.ts";
import type { Account } from "../generated/api.ts";
import { keep, recall } from "./remembered.ts";

export type { Account, Profile } from "../generated/api.ts";

/** Null for whom has none, or hasn't signed in; undefined until that is known. */
export const account = signal<Account | null | undefined>(undefined);

/** The cookie goes to the server's own pages alone. */
export const mayHaveAccount = !isOtherOrigin;

/** What the server shows as the name of an account is never longer. */
const LONGEST_NAME = 50;

export const accountName = computed(() => account.value?.username.slice(0, LONGEST_NAME) ?? "");

/** Kept by a browser that is signed in: others need not ask. It is no secret and opens nothing. */
const IS_SIGNED_IN = "signed-in";

export function isThoughtSignedIn(): boolean {
  return mayHaveAccount && recall(IS_SIGNED_IN) !== null;
}

/** Finds out whose the session is, if there was one. Rejects with an `ApiProblem`. */
export async function recogniseAccount(): Promise<void> {
  takeAccount(isThoughtSignedIn() ? await fetchAccount() : null);
}

export function takeAccount(found: Account | null): void {
  account.value = found;
  keep(IS_SIGNED_IN, found ? "yes" : "");
}

/** Calls when another tab has signed in or out. */
export function onOtherTabsSession(listener: () => void): void {
  addEventListener("storage", ({ key }) => {
    if (key?.endsWith(IS_SIGNED_IN)) listener();
  });
}
