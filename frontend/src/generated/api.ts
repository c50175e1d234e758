// Made from the server's schemas (npm run types): the bodies of the API. Not to be edited.

export type ApiBodies =
  | Error
  | ErrorDetail
  | GuestWithToken
  | NewGuest
  | Guest
  | GuestName
  | PageError
  | Page
  | Item
  | Track
  | PageOfItem
  | NewItem
  | Events
  | Event
  | Snapshot
  | Play
  | PageOfPlay
  | Stop
  | ItemChange
  | VotedItem
  | Vote
  | Room
  | PageOfRoom
  | NewRoom
  | RoomChange
  | PageOfTrack
  | TrackFacts
  | Genre
  | PageOfGenre
  | TrackChange
  | Live
  | Ready;

/**
 * The one shape of every error.
 */
export interface Error {
  error: ErrorDetail;
}
/**
 * `code` is for programs and stable, `message` for people; `details` depend on the code.
 */
export interface ErrorDetail {
  code: string;
  message: string;
  details: {};
}
/**
 * A new guest, with what they show from now on to be recognised.
 */
export interface GuestWithToken {
  guest_id: string;
  name: string;
  token: string;
}
export interface NewGuest {
  name?: string;
}
/**
 * Somebody who joins in without an account.
 */
export interface Guest {
  guest_id: string;
  name: string;
}
export interface GuestName {
  name: string;
}
export interface PageError {
  message: string;
  source?: string;
  line?: number;
  column?: number;
  stack?: string;
  page?: string;
  version?: string;
}
/**
 * What a page can't know by itself. Pictures may come from its own server and from `cover_hosts`.
 */
export interface Page {
  cover_hosts: string[];
  addresses: string[];
  is_reachable_by_others: boolean;
  version: string;
}
/**
 * A queue item, whole: a client may replace what it has.
 */
export interface Item {
  id: number;
  track: Track;
  track_id: number;
  position: number;
  votes: number;
  added_by: string;
  is_playing: boolean;
  added_at: string;
  played_at: string | null;
}
/**
 * A track of the library. Unknown is null, never 0.
 */
export interface Track {
  id: number;
  artist: string;
  album: string;
  duration_seconds: number | null;
  duration_formatted: string | null;
  genre: string;
  cover_url: string | null;
  isrc: string | null;
  created_at: string;
  title: string;
}
export interface PageOfItem {
  count: number;
  next: string | null;
  previous: string | null;
  results: Item[];
}
export interface NewItem {
  position?: number;
  after?: number;
  before?: number;
  track_id?: number;
  track?: number;
  added_by?: string;
}
export interface Events {
  epoch: string;
  seq: number;
  top: number;
  events: Event[];
  snapshot: Snapshot | null;
}
/**
 * An event.
 */
export interface Event {
  type:
    | "playlist.reordered"
    | "room.renamed"
    | "track.added"
    | "track.moved"
    | "track.playing"
    | "track.removed"
    | "track.updated"
    | "track.voted";
  payload: unknown;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * The whole state behind the event of this seq.
 */
export interface Snapshot {
  epoch: string;
  seq: number;
  items: Item[];
}
/**
 * A play that has ended: the item as it was.
 */
export interface Play {
  id: number;
  track: Track;
  track_id: number;
  position: number;
  votes: number;
  added_by: string;
  is_playing: boolean;
  added_at: string;
  played_at: string | null;
  ended_at: string;
}
export interface PageOfPlay {
  count: number;
  next: string | null;
  previous: string | null;
  results: Play[];
}
/**
 * Nothing plays.
 */
export interface Stop {
  status?: "stopped";
}
export interface ItemChange {
  position?: number;
  after?: number;
  before?: number;
  is_playing?: boolean;
}
/**
 * A queue item as the answer to a vote: with the caller's own.
 */
export interface VotedItem {
  id: number;
  track: Track;
  track_id: number;
  position: number;
  votes: number;
  added_by: string;
  is_playing: boolean;
  added_at: string;
  played_at: string | null;
  my_vote: number;
}
export interface Vote {
  direction?: "up" | "down";
  value?: number;
}
/**
 * A place people share. `items` is how many its queue holds.
 */
export interface Room {
  slug: string;
  name: string;
  is_public: boolean;
  order: "manual" | "votes";
  items: number;
  created_at: string;
}
export interface PageOfRoom {
  count: number;
  next: string | null;
  previous: string | null;
  results: Room[];
}
export interface NewRoom {
  name: string;
  is_public?: boolean;
  order?: "manual" | "votes";
  slug?: string;
}
export interface RoomChange {
  name?: string;
  is_public?: boolean;
  order?: "manual" | "votes";
}
export interface PageOfTrack {
  count: number;
  next: string | null;
  previous: string | null;
  results: Track[];
}
export interface TrackFacts {
  artist: string;
  album?: string;
  duration_seconds?: number | null;
  genre?: string;
  cover_url?: string | null;
  isrc?: string | null;
  title: string;
}
export interface Genre {
  genre: string;
  count: number;
}
export interface PageOfGenre {
  count: number;
  next: string | null;
  previous: string | null;
  results: Genre[];
}
export interface TrackChange {
  artist?: string;
  album?: string;
  duration_seconds?: number | null;
  genre?: string;
  cover_url?: string | null;
  isrc?: string | null;
  title?: string;
}
export interface Live {
  status: "ok";
}
/**
 * `degraded` serves: a part is away without which changes still arrive.
 */
export interface Ready {
  status: "degraded" | "ok" | "unavailable";
  checks: {
    [k: string]: "ok" | "unavailable";
  };
}
