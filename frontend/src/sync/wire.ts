/** What goes over the wire, under the names that the rest of `sync` uses. Made from the server's own schemas. */

export type { Item, Room, Track } from "../generated/api.ts";
export type {
  ChartsEvent,
  ChartsFrame,
  ClientFrame,
  Edition,
  Event as AnyEvent,
  FailedSource,
  PlaylistEvent as StreamEvent,
  PlaylistFrame as ServerFrame,
  ServerFrame as AnyFrame,
} from "../generated/events.ts";
