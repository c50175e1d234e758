// Made from the server's schemas (npm run types): the bodies of the API. Not to be edited.

export type ApiBodies =
  | Error
  | ErrorDetail
  | Activity
  | NewActivity
  | Engagement
  | CountsByType
  | NamedCount
  | TrackCount
  | Track
  | DateCount
  | Summary
  | Trends
  | NamedTrend
  | TrackTrend
  | Logout
  | PasswordChange
  | ResetRequest
  | Reset
  | NewAccount
  | Profile
  | NewAccountFacts
  | Account
  | Login
  | Tokens
  | Refresh
  | Token
  | EnvelopedError
  | ChartIndexResponse
  | ChartIndex
  | ChartGenre
  | ChartService
  | ChartTrackResponse
  | ChartTrack
  | ServiceLink
  | Embed
  | RankOnDay
  | CountHistory
  | CountOnDay
  | SimilarTracks
  | SimilarTrack
  | LibraryTrackResponse
  | ChartResponse
  | Chart
  | ChartSource
  | ChartEntry
  | ChartServiceRank
  | ChartPlays
  | ChartCount
  | ChartChange
  | ChartMovement
  | ServiceListResponse
  | ServiceList
  | ListEntry
  | GraphQLResponse
  | GraphQLExtensions
  | GraphQLRequest
  | GraphDataResponse
  | GraphTrack
  | GuestWithToken
  | NewGuest
  | Guest
  | GuestName
  | HeaderArtResponse
  | HeaderArt
  | HealthResponse
  | Health
  | SourceAge
  | CountAge
  | LastUpdatedResponse
  | LastUpdated
  | PageError
  | Page
  | Item
  | PageOfItem
  | NewItem
  | Events
  | Event
  | Snapshot
  | Play
  | PageOfPlay
  | Stop
  | NamedWish
  | PageOfNamedWish
  | Wish
  | NewWish
  | ItemChange
  | VotedItem
  | Vote
  | Job
  | JobError
  | PersonRecommendations
  | Recommendation
  | RecommendedTrack
  | Reason
  | RequestedJob
  | RecommendationRefresh
  | Room
  | PageOfRoom
  | NewRoom
  | RoomChange
  | RoomChartResponse
  | RoomChart
  | RoomChartEntry
  | Audio
  | Player
  | Anchor
  | Speaker
  | PlayerAction
  | RoomRecommendations
  | PageOfTrack
  | TrackFacts
  | Genre
  | PageOfGenre
  | TrackChange
  | TrendingResponse
  | TrendingTrack
  | PageOfAccount
  | AccountFacts
  | AccountChange
  | Person
  | Live
  | Ready;

/**
 * The shape of all errors.
 */
export interface Error {
  error: ErrorDetail;
}
/**
 * `code` is stable and for programs, `message` for people; `details` depend on the code.
 */
export interface ErrorDetail {
  code: string;
  message: string;
  details: {};
}
/**
 * One activity of a user. `track_id` is null if the track was deleted from the library.
 */
export interface Activity {
  id: number;
  user_id: number;
  track_id: number | null;
  recommendation_id: number | null;
  activity_type: string;
  context: {};
  occurred_at: string;
  received_at: string;
}
export interface NewActivity {
  /**
   * The caller's own.
   */
  user_id?: number;
  track_id?: number;
  recommendation_id?: number;
  activity_type?: "play" | "like" | "dislike" | "skip" | "share";
  interaction?: "play" | "like" | "dislike" | "skip" | "share";
  interaction_type?: "play" | "like" | "dislike" | "skip" | "share";
  /**
   * At most 2048 bytes as JSON.
   */
  context?: {};
  occurred_at?: string;
}
/**
 * Statistics of one user. Rates are relative to the number of plays, and null without plays.
 */
export interface Engagement {
  user_id: number;
  activities: number;
  activities_7d: number;
  by_type: CountsByType;
  like_rate: number | null;
  skip_rate: number | null;
  top_artists: NamedCount[];
  top_genres: NamedCount[];
  top_tracks: TrackCount[];
  by_day: DateCount[];
  by_hour: number[];
}
export interface CountsByType {
  play?: number;
  like?: number;
  dislike?: number;
  skip?: number;
  share?: number;
}
export interface NamedCount {
  name: string;
  count: number;
}
export interface TrackCount {
  track: Track;
  count: number;
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
  has_audio: boolean;
  explicit: boolean | null;
  title: string;
}
export interface DateCount {
  date: string;
  count: number;
}
/**
 * Statistics of all users together. `_7d` means today and the six days before, in UTC.
 *
 *     Guests have no account; active guests have added a track or voted. Votes are those for tracks in queues.
 */
export interface Summary {
  users: number;
  active_users_7d: number;
  tracks: number;
  recommendations: number;
  activities: number;
  activities_7d: number;
  by_type: CountsByType;
  room_plays: number;
  guests: number;
  active_guests_7d: number;
  queue_items: number;
  votes: number;
  generated_at: string;
}
/**
 * The days from `from` to `to`, both included. The most frequent come first.
 */
export interface Trends {
  days: number;
  from: string;
  to: string;
  artists: NamedTrend[];
  genres: NamedTrend[];
  tracks: TrackTrend[];
}
/**
 * An artist or a genre, with its counts in the requested days, and in as many days before.
 */
export interface NamedTrend {
  name: string;
  count: number;
  previous: number;
  change: number;
}
export interface TrackTrend {
  track: Track;
  count: number;
  previous: number;
  change: number;
}
export interface Logout {
  refresh?: string;
}
export interface PasswordChange {
  old_password: string;
  new_password: string;
}
export interface ResetRequest {
  email: string;
}
export interface Reset {
  token: string;
  new_password: string;
}
/**
 * An account that was just made, with its first tokens.
 */
export interface NewAccount {
  id: number;
  username: string;
  email: string;
  profile: Profile;
  date_joined: string;
  access: string;
  refresh: string;
}
/**
 * The taste profile of an account.
 */
export interface Profile {
  favorite_genres: string[];
  favorite_artists: string[];
  moods: string[];
}
export interface NewAccountFacts {
  username: string;
  email: string;
  password: string;
  profile?: {
    /**
     * @maxItems 20
     */
    favorite_genres?: string[];
    /**
     * @maxItems 50
     */
    favorite_artists?: string[];
    /**
     * @maxItems 12
     */
    moods?: ("energetic" | "calm" | "happy" | "sad" | "focused" | "party")[];
  };
}
/**
 * An account, as itself and staff see it.
 */
export interface Account {
  id: number;
  username: string;
  email: string;
  profile: Profile;
  date_joined: string;
}
export interface Login {
  username?: string;
  email?: string;
  password: string;
}
/**
 * `access` is for `Authorization: Bearer …`, 60 minutes; `refresh` gets new ones, once, for 7 days.
 */
export interface Tokens {
  access: string;
  refresh: string;
}
export interface Refresh {
  refresh: string;
}
export interface Token {
  token: string;
}
/**
 * The same in the envelope of charts; `data` is null.
 */
export interface EnvelopedError {
  status: "error";
  message: string;
  data: null;
  error: ErrorDetail;
}
export interface ChartIndexResponse {
  status: "success";
  message: string;
  data: ChartIndex;
  is_sample: boolean;
}
export interface ChartIndex {
  genres: ChartGenre[];
  services: ChartService[];
  ranks: string[];
}
/**
 * `date` is that of its newest chart, `first_date` that of its oldest; null before there is any.
 */
export interface ChartGenre {
  name: string;
  first_date: string | null;
  date: string | null;
  is_sample: boolean | null;
}
/**
 * `is_ranked`: it has lists; else it is only counted and linked to.
 */
export interface ChartService {
  name: string;
  is_ranked: boolean;
}
export interface ChartTrackResponse {
  status: "success";
  message: string;
  data: ChartTrack;
  is_sample: boolean;
}
/**
 * `chart_days`: by genre, each day of a chart since the track was first on it.
 */
export interface ChartTrack {
  isrc: string;
  name: string;
  artist: string;
  album: string;
  cover_url: string;
  is_sample: boolean;
  services: {
    [k: string]: ServiceLink;
  };
  ranks: RankOnDay[];
  chart_days: {
    [k: string]: string[];
  };
  counts: {
    [k: string]: CountHistory;
  };
  similar: SimilarTracks;
}
/**
 * `embed` is null where its player may not be shown: the operator allows hosts.
 */
export interface ServiceLink {
  url: string;
  service_track_id: string;
  embed: Embed | null;
}
/**
 * A frame with the service's own player, as the service wants it. `height` is in pixels.
 */
export interface Embed {
  url: string;
  allow: string;
  height: number;
  referrer_policy: string | null;
}
/**
 * `older_lists`: for each service without a usable list of that day, the day of the previous one.
 */
export interface RankOnDay {
  genre: string;
  date: string;
  rank: number;
  services: {
    [k: string]: number;
  };
  older_lists: {
    [k: string]: string;
  };
}
export interface CountHistory {
  current: number | null;
  last_updated: string | null;
  historical: CountOnDay[];
}
/**
 * `anomaly`: it fell, or jumped far beyond the usual growth; `stale`: an older count is repeated.
 */
export interface CountOnDay {
  date: string;
  count: number | null;
  delta: number | null;
  status: "anomaly" | "failed" | "missing" | "ok" | "stale";
}
/**
 * `missing`: the track's audio features are not known, so nothing can be compared.
 */
export interface SimilarTracks {
  status: "missing" | "ok";
  tracks: SimilarTrack[];
}
export interface SimilarTrack {
  isrc: string;
  name: string;
  artist: string;
  similarity: number;
}
export interface LibraryTrackResponse {
  status: "success";
  message: string;
  data: Track;
  is_sample: boolean;
}
export interface ChartResponse {
  status: "success";
  message: string;
  data: Chart;
  is_sample: boolean;
}
/**
 * One genre's chart of one day. `is_sample`: an invented chart, until a real one exists.
 *
 *     `compared_with` is the day of the previous chart, with which movements compare; null for the first.
 */
export interface Chart {
  genre: string;
  date: string;
  compared_with: string | null;
  is_sample: boolean;
  sources: ChartSource[];
  tracks: ChartEntry[];
}
/**
 * The status of a service's list: `ok`, `failed`, `quarantined`, `stale` or `missing`.
 *
 *     Unless it is `ok`, the chart uses an older list, if there is one; `date` is the day of the list that is
 *     used. `is_confirmed` is false for a list without a predecessor, or with many lines that no other list has.
 *     `unreadable` is the number of its lines that could not be read. All three are null without a list.
 */
export interface ChartSource {
  service: string;
  status: string;
  fetched_at: string | null;
  date: string | null;
  is_confirmed: boolean | null;
  unreadable: number | null;
}
export interface ChartEntry {
  rank: number;
  isrc: string;
  name: string;
  artist: string;
  album: string;
  cover_url: string;
  services: {
    [k: string]: ChartServiceRank;
  };
  plays: ChartPlays;
  counts: {
    [k: string]: ChartCount;
  };
  change: ChartChange;
  days_on_chart: number;
  peak: number;
  movement: ChartMovement;
}
export interface ChartServiceRank {
  rank: number;
  url: string;
}
/**
 * Play counts; null if unknown.
 */
export interface ChartPlays {
  total?: number | null;
  spotify?: number | null;
  apple_music?: number | null;
  soundcloud?: number | null;
  youtube?: number | null;
}
/**
 * `status` is that on the chart's day; `date` is the day of the count in `plays`, null without one.
 *
 *     `in_change` lists the changes that include this service.
 */
export interface ChartCount {
  status: "anomaly" | "failed" | "missing" | "ok" | "stale";
  date: string | null;
  in_change: ("1d" | "30d" | "7d")[];
}
/**
 * The growth of plays over 1, 7 and 30 days; null unless the first and the last day were counted.
 */
export interface ChartChange {
  "1d"?: number | null;
  "7d"?: number | null;
  "30d"?: number | null;
}
export interface ChartMovement {
  kind: "down" | "new" | "re-entry" | "same" | "up";
  by: number;
}
export interface ServiceListResponse {
  status: "success";
  message: string;
  data: ServiceList;
  is_sample: boolean;
}
/**
 * A service's own list. `status` is that of the last attempt; the list is the last good one.
 *
 *     `is_confirmed` and `unreadable` as in ChartSource.
 */
export interface ServiceList {
  genre: string;
  service: string;
  date: string;
  is_sample: boolean;
  status: string;
  is_confirmed: boolean;
  unreadable: number;
  fetched_at: string | null;
  name: string;
  description: string;
  cover_url: string;
  url: string;
  tracks: ListEntry[];
}
/**
 * `isrc` is null if the recording could not be identified.
 */
export interface ListEntry {
  rank: number;
  isrc: string | null;
  name: string;
  artist: string;
  album: string;
  cover_url: string;
  url: string;
}
/**
 * The requested data; `errors` if there are any.
 *
 *     For charts, `extensions` contain whether they are made of samples.
 */
export interface GraphQLResponse {
  data?: {} | null;
  errors?: {}[];
  extensions?: GraphQLExtensions;
}
export interface GraphQLExtensions {
  is_sample: boolean;
}
export interface GraphQLRequest {
  query: string;
  variables?: {
    [k: string]: unknown;
  } | null;
  operationName?: string | null;
}
export interface GraphDataResponse {
  status: "success";
  message: string;
  data: GraphTrack[];
  is_sample: boolean;
}
export interface GraphTrack {
  rank: number;
  isrc: string;
  name: string;
  artist: string;
  view_counts: {
    [k: string]: CountHistory;
  };
}
/**
 * A new guest, with the token that identifies it from now on.
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
 * A guest: a person without an account.
 */
export interface Guest {
  guest_id: string;
  name: string;
}
export interface GuestName {
  name: string;
}
export interface HeaderArtResponse {
  status: "success";
  message: string;
  data: {
    [k: string]: HeaderArt;
  };
  is_sample: boolean;
}
export interface HeaderArt {
  name: string;
  description: string;
  cover_url: string;
  url: string;
}
export interface HealthResponse {
  status: "success";
  message: string;
  data: Health;
  is_sample: boolean;
}
export interface Health {
  parts: {
    [k: string]: "ok" | "unavailable";
  };
  sources: SourceAge[];
  counts: CountAge[];
}
/**
 * `status` is that of the last attempt; the age is that of the last valid list, or null without one.
 */
export interface SourceAge {
  service: string;
  genre: string;
  status: string;
  fetched_at: string | null;
  age_seconds: number | null;
}
/**
 * The last count of a service's plays or views; null if there is none.
 */
export interface CountAge {
  service: string;
  counted_at: string | null;
  age_seconds: number | null;
}
export interface LastUpdatedResponse {
  status: "success";
  message: string;
  data: LastUpdated;
  is_sample: boolean;
}
export interface LastUpdated {
  genre: string;
  date: string;
  last_updated: string;
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
 * Server information for the web app.
 *
 *     Images are allowed from its own server and from `cover_hosts`, embedded players from `embed_hosts`.
 */
export interface Page {
  cover_hosts: string[];
  embed_hosts: string[];
  addresses: string[];
  is_reachable_by_others: boolean;
  version: string;
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
    | "player.changed"
    | "playlist.reordered"
    | "room.renamed"
    | "room.wishes"
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
 * The whole state at this seq.
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
/**
 * A wish in the list of a room.
 */
export interface NamedWish {
  id: number;
  text: string;
  wished_at: string;
  wished_by: string;
}
export interface PageOfNamedWish {
  count: number;
  next: string | null;
  previous: string | null;
  results: NamedWish[];
}
/**
 * What a person in the room wants to hear. Without the name, as responses to writes are kept.
 */
export interface Wish {
  id: number;
  text: string;
  wished_at: string;
}
export interface NewWish {
  text: string;
}
export interface ItemChange {
  position?: number;
  after?: number;
  before?: number;
  is_playing?: boolean;
}
/**
 * A queue item as the response to a vote: with the caller's own vote.
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
 * A job's progress. `error` has the reason of a failure, and is null otherwise.
 */
export interface Job {
  job_id: string;
  status: "failed" | "queued" | "running" | "succeeded";
  attempts: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  error: JobError | null;
}
/**
 * Why it failed: the code of an error of the API, or WORKER_AWAY, WORKER_LOST.
 */
export interface JobError {
  code: string;
}
export interface PersonRecommendations {
  source: "cache" | "computed" | "database";
  generated_at: string;
  stale: boolean;
  missing_sources: string[];
  count: number;
  recommendations: Recommendation[];
  user_id: number;
}
/**
 * Activities refer to `id` as `recommendation_id`.
 */
export interface Recommendation {
  id: number;
  rank: number;
  score: number;
  track: RecommendedTrack;
  provider: string;
  reasons: Reason[];
  preview_url: string | null;
  external_url: string | null;
}
/**
 * A track of the library, or an external track, whose `id` is null until it is added to the library.
 */
export interface RecommendedTrack {
  id: number | null;
  artist: string;
  album: string;
  duration_seconds: number | null;
  duration_formatted: string | null;
  genre: string;
  cover_url: string | null;
  isrc: string | null;
  created_at: string | null;
  has_audio: boolean;
  explicit: boolean | null;
  title: string;
}
/**
 * `kind` is for programs, `text` for users; `track_id` is the track that the text mentions, if any.
 */
export interface Reason {
  kind: string;
  text: string;
  track_id: number | null;
}
/**
 * The immediate response to a request for a job, with 202.
 */
export interface RequestedJob {
  job_id: string;
  status: "failed" | "queued" | "running" | "succeeded";
  status_url: string;
}
export interface RecommendationRefresh {
  /**
   * The default number of recommendations in later responses.
   */
  limit?: number;
  /**
   * @maxItems 20
   */
  seed_genres?: string[];
  /**
   * @maxItems 50
   */
  seed_artists?: string[];
}
/**
 * A room. `items` is the number of items in its queue.
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
export interface RoomChartResponse {
  status: "success";
  message: string;
  data: RoomChart;
  is_sample: boolean;
}
/**
 * One room's chart of one week. `date` is its last day, `compared_with` that of the week before.
 */
export interface RoomChart {
  genre: string;
  date: string;
  compared_with: string;
  is_sample: boolean;
  sources: ChartSource[];
  tracks: RoomChartEntry[];
  room: string;
  week: string;
}
/**
 * `plays.total` are plays in the room that week; `votes` those of its items when they were last played.
 *
 *     `track_id` is null when the library no longer has the track.
 */
export interface RoomChartEntry {
  rank: number;
  isrc: string | null;
  name: string;
  artist: string;
  album: string;
  cover_url: string;
  services: {
    [k: string]: ChartServiceRank;
  };
  plays: ChartPlays;
  counts: {
    [k: string]: ChartCount;
  };
  change: ChartChange;
  days_on_chart: number;
  peak: number;
  movement: ChartMovement;
  track_id: number | null;
  votes: number;
}
/**
 * The URL of an item's audio, its expiry, and its media type.
 */
export interface Audio {
  url: string;
  expires_at: string;
  content_type: string;
  bytes: number;
  duration_ms: number;
  gain_db: number | null;
  etag: string;
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
 * A position in the track, and when it was there.
 */
export interface Anchor {
  position_ms: number;
  at: string;
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
export interface PlayerAction {
  action: "play" | "pause" | "resume" | "stop" | "seek" | "skip" | "previous" | "settings";
  item_id?: number;
  play_id?: number;
  position_ms?: number;
  volume?: number;
  autoplay?: boolean;
  after_play?: "remove" | "keep" | "requeue";
}
export interface RoomRecommendations {
  source: "cache" | "computed" | "database";
  generated_at: string;
  stale: boolean;
  missing_sources: string[];
  count: number;
  recommendations: Recommendation[];
  room: string;
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
  explicit?: boolean | null;
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
  explicit?: boolean | null;
  title?: string;
}
export interface TrendingResponse {
  status: "success";
  message: string;
  data: TrendingTrack[];
  is_sample: boolean;
}
/**
 * `change`: over the week until `date`, of the services that are `ok` in `counts` only.
 */
export interface TrendingTrack {
  isrc: string;
  name: string;
  artist: string;
  change: number;
  date: string;
  counts: {
    [k: string]: "anomaly" | "failed" | "missing" | "ok" | "stale";
  };
}
export interface PageOfAccount {
  count: number;
  next: string | null;
  previous: string | null;
  results: Account[];
}
export interface AccountFacts {
  username?: string;
  email?: string;
  profile: {
    /**
     * @maxItems 20
     */
    favorite_genres?: string[];
    /**
     * @maxItems 50
     */
    favorite_artists?: string[];
    /**
     * @maxItems 12
     */
    moods?: ("energetic" | "calm" | "happy" | "sad" | "focused" | "party")[];
  };
}
export interface AccountChange {
  username?: string;
  email?: string;
  profile?: {
    /**
     * @maxItems 20
     */
    favorite_genres?: string[];
    /**
     * @maxItems 50
     */
    favorite_artists?: string[];
    /**
     * @maxItems 12
     */
    moods?: ("energetic" | "calm" | "happy" | "sad" | "focused" | "party")[];
  };
}
/**
 * An account as other users see it; it itself and staff see the rest, too.
 */
export interface Person {
  id: number;
  username: string;
  email?: string;
  profile?: Profile;
  date_joined?: string;
}
export interface Live {
  status: "ok";
}
/**
 * `degraded` can serve: an optional part is unavailable, no jobs run, or the model of
 *     recommendations is of another version (`old`) or `broken`. A `missing` model is normal.
 */
export interface Ready {
  status: "degraded" | "ok" | "unavailable";
  checks: {
    [k: string]: "broken" | "missing" | "ok" | "old" | "unavailable";
  };
}
