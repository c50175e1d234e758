// Made from the server's schemas (npm run types): what goes over the socket. Not to be edited.

export type Messages =
  ServerMessage | ClientMessage | Event | CloseCode | PlaylistMessage | PlaylistEvent | ChartsMessage | ChartsEvent;
export type ServerMessage =
  | EstablishedMessage
  | TrackAdded
  | TrackVoted
  | TrackMoved
  | TrackUpdated
  | TrackRemoved
  | TrackPlaying
  | RoomRenamed
  | RoomWishes
  | PlaylistReordered
  | PlayerChanged
  | PlaylistSnapshotMessage
  | PeopleChangedMessage
  | SpeakerJoinedMessage
  | SpeakersChangedMessage
  | ChartsEstablishedMessage
  | ChartPublished
  | ChartWithdrawn
  | SourceFailed
  | ChartsSnapshotMessage
  | ResumedMessage
  | IdentifiedMessage
  | ErrorMessage
  | HeartbeatMessage
  | Pong;
export type ClientMessage =
  | PingMessage
  | ResumeMessage
  | SnapshotMessage
  | IdentifyMessage
  | IdentifyAccountMessage
  | PeopleMessage
  | SpeakerJoinMessage
  | SpeakerLeaveMessage
  | SpeakerReportMessage;
export type Event =
  | TrackAdded
  | TrackVoted
  | TrackMoved
  | TrackUpdated
  | TrackRemoved
  | TrackPlaying
  | RoomRenamed
  | RoomWishes
  | PlaylistReordered
  | PlayerChanged
  | ChartPublished
  | ChartWithdrawn
  | SourceFailed;
/**
 * Why the server closed the socket.
 */
export type CloseCode =
  UNAVAILABLE | TOO_SLOW | RESTART | ORIGIN_NOT_ALLOWED | NO_SUCH_STREAM | MESSAGE_TOO_LARGE | TOO_MANY;
/**
 * A part of the server is unavailable, so the client could not join. Reconnect.
 */
export type UNAVAILABLE = 1011;
/**
 * The client reads too slowly. Reconnect and resume.
 */
export type TOO_SLOW = 4008;
/**
 * The server is restarting, or can't read the log. Reconnect after a random delay and resume.
 */
export type RESTART = 4012;
/**
 * The Origin or Host is not allowed. Do not reconnect.
 */
export type ORIGIN_NOT_ALLOWED = 4403;
/**
 * The room does not exist or was deleted. Do not reconnect.
 */
export type NO_SUCH_STREAM = 4404;
/**
 * A message exceeded the size limit. Do not send it again.
 */
export type MESSAGE_TOO_LARGE = 4408;
/**
 * Too many connections, joins or messages. Reconnect after a minute or more.
 */
export type TOO_MANY = 4429;
export type PlaylistMessage =
  | EstablishedMessage
  | TrackAdded
  | TrackVoted
  | TrackMoved
  | TrackUpdated
  | TrackRemoved
  | TrackPlaying
  | RoomRenamed
  | RoomWishes
  | PlaylistReordered
  | PlayerChanged
  | PlaylistSnapshotMessage
  | PeopleChangedMessage
  | SpeakerJoinedMessage
  | SpeakersChangedMessage
  | ResumedMessage
  | IdentifiedMessage
  | ErrorMessage
  | HeartbeatMessage
  | Pong;
export type PlaylistEvent =
  | TrackAdded
  | TrackVoted
  | TrackMoved
  | TrackUpdated
  | TrackRemoved
  | TrackPlaying
  | RoomRenamed
  | RoomWishes
  | PlaylistReordered
  | PlayerChanged;
export type ChartsMessage =
  | ChartsEstablishedMessage
  | ChartPublished
  | ChartWithdrawn
  | SourceFailed
  | ChartsSnapshotMessage
  | ResumedMessage
  | IdentifiedMessage
  | ErrorMessage
  | HeartbeatMessage
  | Pong;
export type ChartsEvent = ChartPublished | ChartWithdrawn | SourceFailed;

/**
 * The first message: the head of the stream. Live events follow from seq + 1.
 */
export interface EstablishedMessage {
  type: "connection.established";
  message: string;
  payload: EstablishedPosition;
}
/**
 * The stream's present position.
 */
export interface EstablishedPosition {
  room: string;
  epoch: string;
  seq: number;
  heartbeat_seconds: number;
}
/**
 * The event track.added.
 */
export interface TrackAdded {
  type: "track.added";
  payload: Item;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * A complete queue item: a client may replace its own.
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
  title: string;
  artist: string;
  album: string;
  duration_seconds: number | null;
  duration_formatted: string | null;
  genre: string;
  cover_url: string | null;
  isrc: string | null;
  created_at: string;
  has_audio: boolean;
  explicit: boolean | null;
}
/**
 * The event track.voted.
 */
export interface TrackVoted {
  type: "track.voted";
  payload: Item;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * The event track.moved.
 */
export interface TrackMoved {
  type: "track.moved";
  payload: Item;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * The event track.updated.
 */
export interface TrackUpdated {
  type: "track.updated";
  payload: Item;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * The event track.removed.
 */
export interface TrackRemoved {
  type: "track.removed";
  payload: Removed;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
export interface Removed {
  id: number;
  track_id: number;
}
/**
 * The event track.playing.
 */
export interface TrackPlaying {
  type: "track.playing";
  payload: Item | Stopped;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * Nothing plays any more.
 */
export interface Stopped {
  id: null;
  is_playing: boolean;
  stopped_id: number | null;
}
/**
 * The event room.renamed.
 */
export interface RoomRenamed {
  type: "room.renamed";
  payload: RoomName;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * What the room is called now.
 */
export interface RoomName {
  name: string;
}
/**
 * The event room.wishes.
 */
export interface RoomWishes {
  type: "room.wishes";
  payload: Wishes;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * How many wishes the room has now.
 */
export interface Wishes {
  count: number;
}
/**
 * The event playlist.reordered.
 */
export interface PlaylistReordered {
  type: "playlist.reordered";
  payload: Reordered;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * Every item with its new position, in order.
 */
export interface Reordered {
  items: Place[];
}
export interface Place {
  id: number;
  position: number;
}
/**
 * The event player.changed.
 */
export interface PlayerChanged {
  type: "player.changed";
  payload: PlayerChange;
  room: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * The fields that change only with an event. While playing, the position grows from that of the
 *     anchor.
 */
export interface PlayerChange {
  state: "paused" | "playing" | "stopped";
  play_id: number | null;
  item: Item | null;
  anchor: Anchor | null;
  duration_ms: number | null;
  reason: ("paused" | "room_empty" | "server_restarted" | "speaker_lost") | null;
  autoplay: boolean;
  after_play: "keep" | "remove" | "requeue";
  volume: number;
}
/**
 * A position in the track, and when it was there.
 */
export interface Anchor {
  position_ms: number;
  at: string;
}
/**
 * The whole state at this seq.
 */
export interface PlaylistSnapshotMessage {
  type: "playlist.snapshot";
  payload: Snapshot;
}
/**
 * The whole state at this seq.
 */
export interface Snapshot {
  epoch: string;
  seq: number;
  items: Item[];
}
/**
 * The number of people in the room, and those who joined first. `me` is the receiver's `person_id`.
 */
export interface PeopleChangedMessage {
  type: "people.changed";
  payload: PeopleChanged;
}
/**
 * The number of people in the room, and those who joined first. `me` is the receiver's `person_id`.
 */
export interface PeopleChanged {
  active: number;
  people: Present[];
  me: string;
}
/**
 * A person in the room, by an id that differs from room to room. `name` is empty if none was given.
 */
export interface Present {
  person_id: string;
  name: string;
}
/**
 * The socket is a speaker of the room now.
 */
export interface SpeakerJoinedMessage {
  type: "speaker.joined";
  payload: SpeakerJoined;
}
/**
 * The socket is a speaker of the room now.
 */
export interface SpeakerJoined {
  speaker_id: string;
  player: Player;
}
/**
 * The player of a room at `server_time`. `is_used`: otherwise nothing starts by itself, until it is.
 */
export interface Player {
  state: "paused" | "playing" | "stopped";
  play_id: number | null;
  item: Item | null;
  anchor: Anchor | null;
  duration_ms: number | null;
  reason: ("paused" | "room_empty" | "server_restarted" | "speaker_lost") | null;
  autoplay: boolean;
  after_play: "keep" | "remove" | "requeue";
  volume: number;
  position_ms: number;
  server_time: string;
  next: Item | null;
  speakers: Speaker[];
  is_used: boolean;
}
/**
 * A connected speaker. `lag_ms` is its position minus the room's; null: not known.
 */
export interface Speaker {
  speaker_id: string;
  name: string;
  kind: "browser" | "mpd" | "other" | "sendspin";
  in_sync: boolean;
  lag_ms: number | null;
}
/**
 * The speakers of the room: sent when one joins, leaves, or gets in or out of sync.
 */
export interface SpeakersChangedMessage {
  type: "speakers.changed";
  payload: SpeakersChanged;
}
/**
 * The speakers of the room: sent when one joins, leaves, or gets in or out of sync.
 */
export interface SpeakersChanged {
  speakers: Speaker[];
}
/**
 * The first message: the head of the stream. Live events follow from seq + 1.
 */
export interface ChartsEstablishedMessage {
  type: "connection.established";
  message: string;
  payload: ChartsEstablishedPosition;
}
/**
 * The stream's present position.
 */
export interface ChartsEstablishedPosition {
  stream: string;
  epoch: string;
  seq: number;
  heartbeat_seconds: number;
}
/**
 * The event chart.published.
 */
export interface ChartPublished {
  type: "chart.published";
  payload: Edition;
  stream: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * A chart of a day that can be read now. `is_sample`: it is invented.
 */
export interface Edition {
  genre: string;
  date: string;
  is_sample: boolean;
}
/**
 * The event chart.withdrawn.
 */
export interface ChartWithdrawn {
  type: "chart.withdrawn";
  payload: WithdrawnChart;
  stream: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * There is no chart of this genre any more, until one is published.
 */
export interface WithdrawnChart {
  genre: string;
}
/**
 * The event source.failed.
 */
export interface SourceFailed {
  type: "source.failed";
  payload: FailedSource;
  stream: string;
  epoch: string;
  seq: number;
  ts: string;
  op_id: string | null;
}
/**
 * A service returned no list of this genre: the shown one is older.
 */
export interface FailedSource {
  service: string;
  genre: string;
}
/**
 * The whole state at this seq.
 */
export interface ChartsSnapshotMessage {
  type: "charts.snapshot";
  payload: ChartsSnapshot;
}
/**
 * The whole state at this seq.
 */
export interface ChartsSnapshot {
  epoch: string;
  seq: number;
  items: Edition[];
}
/**
 * All missed events have been sent; if `recovered` is false, a snapshot was sent instead.
 */
export interface ResumedMessage {
  type: "resumed";
  payload: Resumed;
}
/**
 * All missed events have been sent; if `recovered` is false, a snapshot was sent instead.
 */
export interface Resumed {
  epoch: string;
  seq: number;
  recovered: boolean;
}
/**
 * The socket is this guest, or this account.
 */
export interface IdentifiedMessage {
  type: "identified";
  payload: Identified;
}
/**
 * The socket is this guest, or this account.
 */
export interface Identified {
  guest_id?: string;
  user_id?: number;
}
/**
 * The client's last message was rejected; the connection stays open.
 */
export interface ErrorMessage {
  type: "error";
  payload: Problem;
}
/**
 * The client's last message was rejected; the connection stays open.
 */
export interface Problem {
  code: "MALFORMED_JSON" | "UNKNOWN_TYPE" | "VALIDATION_ERROR" | "RATE_LIMITED" | "UNAVAILABLE";
  message: string;
}
/**
 * Sent after a period without events. `digest` is the checksum of the state at this seq.
 */
export interface HeartbeatMessage {
  type: "heartbeat";
  payload: Heartbeat;
}
/**
 * Sent after a period without events. `digest` is the checksum of the state at this seq.
 */
export interface Heartbeat {
  epoch: string;
  seq: number;
  digest: string;
  player?: PlayerBeat;
}
/**
 * Where the player of a room is, as a heartbeat says it.
 */
export interface PlayerBeat {
  state: "paused" | "playing" | "stopped";
  item_id: number | null;
  position_ms: number;
  server_time: string;
}
/**
 * `ts` is what the ping had, or the server's time; `seq` is that of the last event sent here.
 */
export interface Pong {
  type: "pong";
  ts: unknown;
  server_ts: string;
  seq: number;
}
/**
 * The server responds with `pong`, to check the connection and measure the round trip.
 */
export interface PingMessage {
  type: "ping";
  /**
   * Returned unchanged; up to 200 characters of JSON.
   */
  ts?: {
    [k: string]: unknown;
  };
}
/**
 * Requests the events after this seq. Response: the events or a snapshot, then `resumed`.
 */
export interface ResumeMessage {
  type: "resume";
  epoch: string;
  since: number;
}
/**
 * Requests the whole state. Response: a snapshot.
 */
export interface SnapshotMessage {
  type: "snapshot";
}
/**
 * Identifies a guest that has no cookie here, by its token. Response: `identified`.
 */
export interface IdentifyMessage {
  type: "identify";
  guest_token: string;
}
/**
 * Identifies an account by its access token. Response: `identified`.
 */
export interface IdentifyAccountMessage {
  type: "identify";
  access: string;
}
/**
 * Requests the people in the room. Response: `people.changed`, now and after each change.
 */
export interface PeopleMessage {
  type: "people";
}
/**
 * Makes the socket a speaker of its room. The response is speaker.joined.
 */
export interface SpeakerJoinMessage {
  type: "speaker.join";
  name: string;
  kind: "browser" | "mpd" | "other" | "sendspin";
}
/**
 * The socket stops being a speaker.
 */
export interface SpeakerLeaveMessage {
  type: "speaker.leave";
}
/**
 * Where the speaker is in the current item; at most once a second.
 *
 *     `at` is the server's time when it was there; without it, the time at which the report arrives.
 */
export interface SpeakerReportMessage {
  type: "speaker.report";
  item_id: number;
  position_ms: number;
  state: "blocked" | "ended" | "failed" | "playing" | "waiting";
  message?: string;
  at?: string | null;
}
