/** The player of a room, and the audio of its items. */

import type { Audio, Player, PlayerAction } from "../generated/api.ts";
import { request } from "./http.ts";

export type { Audio, Player, PlayerAction } from "../generated/api.ts";

export async function fetchPlayer(slug: string): Promise<Player> {
  return (await request<Player>(`/api/rooms/${slug}/player/`)).body;
}

export async function actOnPlayer(slug: string, action: PlayerAction, key: string): Promise<Player> {
  const options = { method: "POST", body: action, key } as const;
  return (await request<Player>(`/api/rooms/${slug}/player/`, options)).body;
}

export async function fetchAudio(slug: string, itemId: number): Promise<Audio> {
  return (await request<Audio>(`/api/rooms/${slug}/items/${itemId}/audio/`)).body;
}
