/** Accounts: making one, sessions by cookie, passwords, taste, export and erasure. */

import type { Account, NewAccountFacts, Profile } from "../generated/api.ts";
import { ApiProblem, request } from "./http.ts";

/** Null for whom the server takes for nobody with an account. */
export async function fetchAccount(): Promise<Account | null> {
  try {
    return (await request<Account>("/api/users/me/")).body;
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 401) return null;
    throw problem;
  }
}

/** The answer's tokens are for programs: nobody here takes them. */
export async function createAccount(facts: NewAccountFacts, key: string): Promise<void> {
  await request<unknown>("/api/users/", { method: "POST", body: facts, key });
}

/** `login` is a name or an e-mail address. The cookie is out of reach of scripts. */
export async function beginSession(login: string, password: string): Promise<Account> {
  const body = { username: login, password };
  return (await request<Account>("/api/auth/session/", { method: "POST", body })).body;
}

export async function endSession(): Promise<void> {
  await request<null>("/api/auth/session/", { method: "DELETE" });
}

export async function changePassword(old_password: string, new_password: string): Promise<void> {
  const body = { old_password, new_password };
  await request<null>("/api/auth/password/", { method: "POST", body });
}

/** Has a token mailed, if there is somebody of that address. */
export async function askForReset(email: string): Promise<void> {
  await request<unknown>("/api/auth/password/reset/", { method: "POST", body: { email } });
}

export async function resetPassword(token: string, new_password: string): Promise<void> {
  const body = { token, new_password };
  await request<null>("/api/auth/password/reset/confirm/", { method: "POST", body });
}

export async function changeProfile(profile: Profile): Promise<Account> {
  return (await request<Account>("/api/users/me/", { method: "PATCH", body: { profile } })).body;
}

export async function deleteAccount(): Promise<void> {
  await request<null>("/api/users/me/", { method: "DELETE" });
}

/** Everything that is stored about oneself. */
export async function fetchExport(): Promise<unknown> {
  return (await request<unknown>("/api/users/me/export/")).body;
}
