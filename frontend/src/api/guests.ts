/** Who one is: a guest with or without a name. */

import type { Guest, GuestWithToken } from "../generated/api.ts";
import { keepGuestToken } from "./guest_token.ts";
import { ApiProblem, isOtherOrigin, request } from "./http.ts";

/** Null for whom the server doesn't know. */
export async function fetchMe(): Promise<Guest | null> {
  try {
    return (await request<Guest>("/api/guests/me/")).body;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

export async function createGuest(name: string): Promise<Guest> {
  const { body } = await request<GuestWithToken>("/api/guests/", {
    method: "POST",
    body: name ? { name } : {},
  });
  if (isOtherOrigin) keepGuestToken(body.token);
  return { guest_id: body.guest_id, name: body.name };
}

export async function renameMe(name: string): Promise<Guest> {
  return (await request<Guest>("/api/guests/me/", { method: "PATCH", body: { name } })).body;
}
