/** Signing up, in and out: each makes whoever sits here another person, for the whole page. */

import { ApiProblem } from "../api/http.ts";
import * as people from "../api/people.ts";
import type { NewAccountFacts } from "../generated/api.ts";
import { laterWords } from "../words/index.ts";
import { account, type Profile, takeAccount } from "./account.ts";
import { forgetGuest, wasAsked } from "./guest.ts";
import { becameAnother } from "./room.ts";
import { sendOnce } from "./send_once.ts";
import { tell } from "./toasts.ts";

export { askForReset, fetchExport, resetPassword } from "../api/people.ts";

/** The account was made, and signing in to it failed. */
export class MadeButNotSignedIn extends Error {
  readonly problem: unknown;

  constructor(problem: unknown) {
    super("the account is made");
    this.problem = problem;
  }
}

/** What the guest had is the account's. Rejects with an `ApiProblem`. */
export async function signIn(login: string, password: string): Promise<void> {
  became(await people.beginSession(login, password));
}

/** Makes an account and signs in to it. Rejects with an `ApiProblem`, or with `MadeButNotSignedIn`. */
export async function signUp(facts: NewAccountFacts): Promise<void> {
  await sendOnce(facts, people.createAccount);
  try {
    await signIn(facts.username, facts.password);
  } catch (problem) {
    throw new MadeButNotSignedIn(problem);
  }
}

/** Rejects with an `ApiProblem`. */
export async function signOut(): Promise<void> {
  await people.endSession();
  became(null);
}

/** Rejects with an `ApiProblem`. */
export async function deleteAccount(): Promise<void> {
  await asMyself(people.deleteAccount);
  became(null);
}

/** Rejects with an `ApiProblem`. */
export async function changePassword(old: string, next: string): Promise<void> {
  await asMyself(() => people.changePassword(old, next));
}

/** Rejects with an `ApiProblem`. */
export async function changeProfile(profile: Profile): Promise<void> {
  takeAccount(await asMyself(() => people.changeProfile(profile)));
}

/** Does what needs the session; where that has ended meanwhile, the page says so. */
export async function asMyself<Answer>(deed: () => Promise<Answer>): Promise<Answer> {
  try {
    return await deed();
  } catch (problem) {
    if (hasNoSession(problem) && account.value) {
      became(null);
      tell(laterWords().account.sessionEnded);
    }
    throw problem;
  }
}

export function hasNoSession(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.status === 401;
}

function became(found: Awaited<ReturnType<typeof people.beginSession>> | null): void {
  takeAccount(found);
  forgetGuest();
  if (found) wasAsked.value = "yes";
  becameAnother();
}
