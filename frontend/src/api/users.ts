/** Users: accounts with sessions, passwords, preferences, export and erasure; guests with or without a name. */

import type { Account, Guest, GuestWithToken, NewAccountFacts, Profile } from "../generated/api.ts";
import { ApiError, isOtherOrigin, request, storeGuestToken } from "./http.ts";

/** Null without a session. */
export async function fetchAccount(): Promise<Account | null> {
  try {
    return (await request<Account>("/api/users/me/")).body;
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 401) return null;
    throw problem;
  }
}

/** The tokens of the response are for programs, and are ignored here. */
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

/** The server mails a token if an account has that address. */
export async function requestPasswordReset(email: string): Promise<void> {
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

/** The user's personal data. */
export async function fetchExport(): Promise<unknown> {
  return (await request<unknown>("/api/users/me/export/")).body;
}

let newGuestListener = (_token: string): void => {};

/** Hands the token of each new guest over, once: nothing here stores it, unless the cookie does not go to the server. */
export function onNewGuest(listener: typeof newGuestListener): void {
  newGuestListener = listener;
}

/** Null if the server does not know the guest. */
export async function fetchGuest(): Promise<Guest | null> {
  try {
    return (await request<Guest>("/api/guests/me/")).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export async function createGuest(name: string): Promise<Guest> {
  const { body } = await request<GuestWithToken>("/api/guests/", {
    method: "POST",
    body: name ? { name } : {},
  });
  if (isOtherOrigin) storeGuestToken(body.token);
  newGuestListener(body.token);
  return { guest_id: body.guest_id, name: body.name };
}

export async function renameGuest(name: string): Promise<Guest> {
  return (await request<Guest>("/api/guests/me/", { method: "PATCH", body: { name } })).body;
}
