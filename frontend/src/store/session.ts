/** Signing up, in and out, and requests that need the session. Each change of the user applies to the whole web app. */

import { signal } from "@preact/signals";
import { createActivity } from "../api/analytics.ts";
import * as people from "../api/users.ts";
import type { NewAccountFacts, NewActivity } from "../generated/api.ts";
import { lazyMessages } from "../locales/index.ts";
import { isUnauthenticated } from "./api_errors.ts";
import { sendIdempotent } from "./idempotent_request.ts";
import { account, clearGuest, type Profile, setAccount, wasNameAsked } from "./identity.ts";
import { onUserChanged } from "./room.ts";
import { showToast } from "./toasts.ts";

export { fetchExport, requestPasswordReset, resetPassword } from "../api/users.ts";

/** The account was made, and signing in to it failed. */
export class CreatedButNotSignedIn extends Error {
  readonly problem: unknown;

  constructor(problem: unknown) {
    super("the account is made");
    this.problem = problem;
  }
}

/** The guest's data is merged into the account. Rejects with an `ApiError`. */
export async function signIn(login: string, password: string): Promise<void> {
  setUser(await people.beginSession(login, password));
}

/** Creates an account and signs in to it. Rejects with an `ApiError`, or with `CreatedButNotSignedIn`. */
export async function signUp(facts: NewAccountFacts): Promise<void> {
  await sendIdempotent(facts, people.createAccount);
  try {
    await signIn(facts.username, facts.password);
  } catch (problem) {
    throw new CreatedButNotSignedIn(problem);
  }
}

/** Rejects with an `ApiError`. */
export async function signOut(): Promise<void> {
  await people.endSession();
  setUser(null);
}

/** Rejects with an `ApiError`. */
export async function deleteAccount(): Promise<void> {
  await withSession(people.deleteAccount);
  setUser(null);
}

/** Rejects with an `ApiError`. */
export async function changePassword(old: string, next: string): Promise<void> {
  await withSession(() => people.changePassword(old, next));
}

/** Rejects with an `ApiError`. */
export async function changeProfile(profile: Profile): Promise<void> {
  setAccount(await withSession(() => people.changeProfile(profile)));
}

/** Runs what needs the session, and reports an ended session to the user. */
export async function withSession<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (problem) {
    if (isUnauthenticated(problem) && account.value) {
      setUser(null);
      showToast(lazyMessages().account.sessionEnded);
    }
    throw problem;
  }
}

function setUser(found: Awaited<ReturnType<typeof people.beginSession>> | null): void {
  setAccount(found);
  clearGuest();
  if (found) wasNameAsked.value = "yes";
  onUserChanged();
}

/** Increases with each recorded activity, so that statistics are loaded again. */
export const activityChanges = signal(0);

/** Rejects with an `ApiError`. */
export async function recordActivity(activity: NewActivity): Promise<void> {
  await withSession(() => sendIdempotent(activity, createActivity));
  activityChanges.value += 1;
}
