/** What goes over the wire, under the names that the rest of `sync` uses. Made from the server's own schemas. */

export type { Item, Room, Track } from "../generated/api.ts";
export type {
  ClientFrame,
  PlaylistEvent as StreamEvent,
  PlaylistFrame as ServerFrame,
} from "../generated/events.ts";
