/** Rooms, and the plays that have ended in them. */

import type { NamedWish, NewRoom, Play, Room, RoomChange, Wish } from "../generated/api.ts";
import { request } from "./http.ts";

export async function fetchRoom(slug: string): Promise<Room> {
  return (await request<Room>(`/api/rooms/${slug}/`)).body;
}

export async function fetchRooms(): Promise<Room[]> {
  return (await request<Room[]>("/api/rooms/")).body;
}

export async function createRoom(room: NewRoom, key: string): Promise<Room> {
  return (await request<Room>("/api/rooms/", { method: "POST", body: room, key })).body;
}

export async function changeRoom(slug: string, change: RoomChange): Promise<Room> {
  return (await request<Room>(`/api/rooms/${slug}/`, { method: "PATCH", body: change })).body;
}

export async function deleteRoom(slug: string): Promise<void> {
  await request<null>(`/api/rooms/${slug}/`, { method: "DELETE" });
}

export async function fetchHistory(slug: string): Promise<Play[]> {
  return (await request<Play[]>(`/api/rooms/${slug}/playlist/history/`)).body;
}

export async function fetchWishes(slug: string): Promise<NamedWish[]> {
  return (await request<NamedWish[]>(`/api/rooms/${slug}/playlist/wishes/`)).body;
}

export async function createWish(slug: string, text: string, key: string): Promise<Wish> {
  const path = `/api/rooms/${slug}/playlist/wishes/`;
  return (await request<Wish>(path, { method: "POST", body: { text }, key })).body;
}

export async function deleteWish(slug: string, id: number): Promise<void> {
  await request<null>(`/api/rooms/${slug}/playlist/wishes/${id}/`, { method: "DELETE" });
}
