/** Messages of the socket: their types, generated from the server's schemas, and their parser. */

import type { ServerMessage } from "../generated/events.ts";

export type { Item, Room, Track } from "../generated/api.ts";
export type {
  ChartsEvent,
  ChartsMessage,
  ClientMessage,
  Edition,
  Event as AnyEvent,
  FailedSource,
  PeopleChanged,
  Player,
  PlayerChange,
  PlaylistEvent as StreamEvent,
  PlaylistMessage as RoomMessage,
  Speaker,
  SpeakerReportMessage,
} from "../generated/events.ts";

export type AnyMessage = ServerMessage;

/** Null for text that is no message. */
export function parseMessage(text: string): AnyMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    const isMessage = typeof message === "object" && message !== null && "type" in message;
    return isMessage ? (message as AnyMessage) : null;
  } catch {
    return null;
  }
}
