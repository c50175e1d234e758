/** English. The other languages have the same shape: `Messages`. */

import { formsOf } from "./numbers.ts";

const forms = formsOf("en", ordinal);
const { number, plural, signed } = forms;

function ordinal(value: number): string {
  const rule = new Intl.PluralRules("en", { type: "ordinal" }).select(value);
  return value + { zero: "th", one: "st", two: "nd", few: "rd", many: "th", other: "th" }[rule];
}

const tracks = (count: number) => plural(count, { one: "# track", other: "# tracks" });

export const messages = {
  ...forms,
  app: {
    mainRoom: "Main room",
    name: "Tutti",
    tabs: "Sections",
    queue: "Queue",
    library: "Library",
    history: "History",
    room: "Room",
    discover: "Recommendations",
    charts: "Charts",
    stats: "Statistics",
    account: "Account",
    /** Of a tab, what is chosen between. */
    choices: { queue: "Queue", library: "Find music", history: "Recently played", room: "Room and account" },
    choice: {
      queue: "Queue",
      library: "All tracks",
      discover: "Recommended",
      charts: "Charts",
      history: "Recently played",
      stats: "Statistics",
      room: "This room",
      account: "Account",
    },
    skipToQueue: "Skip to the queue",
    newVersion: "A new version is available.",
    reload: "Reload",
    close: "Close",
    cancel: "Cancel",
    undo: "Undo",
    retry: "Try again",
    invite: "Invite",
    here: (count: number) => `${number(count)} here`,
    people: (count: number) => plural(count, { one: "# person here", other: "# people here" }),
    partFailed: "Couldn’t load this section.",
    unknownLength: "length unknown",
  },
  status: {
    connecting: "connecting…",
    inSync: (seq: number) => `in sync at #${seq}`,
    inSyncShort: "in sync",
    reconnectingIn: (seconds: number) => (seconds > 0 ? `reconnecting in ${seconds} s` : "reconnecting…"),
    restarting: "The server is restarting.",
    offline: "offline",
    waiting: (count: number) => plural(count, { one: "# unsent change", other: "# unsent changes" }),
    offlineBanner: "You’re offline. Keep going: your changes will be sent when you’re back online.",
    awayBanner: "Can’t reach the server. Keep going: your changes will be sent when it’s back.",
    limited: (seconds: number) => `Too many changes. Resuming${seconds > 0 ? ` in ${seconds} s.` : "…"}`,
    connectNow: "Reconnect now",
    details: "Connection status",
    resynced: "The queue was out of sync and has been refreshed.",
    ended: "disconnected",
    noSuchRoom: "This room doesn’t exist or was deleted.",
    toMain: "Go to the main room",
    notAllowed: "The server doesn’t allow connections from this site.",
    notAllowedHelp: (origin: string) => `The administrator can allow it with CORS_ALLOWED_ORIGINS=${origin}`,
    stale: (count: number) =>
      plural(count, {
        one: "# change is over 20 hours old and wasn’t sent.",
        other: "# changes are over 20 hours old and weren’t sent.",
      }),
    decide: "Review",
    resyncs: (count: number) => plural(count, { one: "resynced once", other: "resynced # times" }),
  },
  /** What waited for so long that it isn't sent without asking. */
  nowPlaying: {
    title: "Now playing",
    nothing: "Nothing playing.",
    playFirst: "Play the first track",
    play: (title: string) => `Play ${title}`,
    stop: "Stop",
    next: "Next track",
    goOn: "Next",
    over: "Time’s up",
    previous: "Previous track",
    progress: "Progress",
    addedBy: (name: string) => `added by ${name}`,
    show: "Show in the queue",
    of: (passed: string, whole: string) => `${passed} of ${whole}`,
    open: "Open the player",
    pause: "Pause",
    resume: "Resume",
    noSpeaker: "No speaker. Tap to play here.",
    noAudio: "No sound: this track has no audio.",
  },
  others: {
    /** One sentence for a batch of others' changes. */
    added: (name: string, count: number) => `${name} added ${tracks(count)}`,
    somebodyAdded: (count: number) => `${tracks(count)} added`,
    removed: (count: number) => `${tracks(count)} removed`,
    moved: (count: number) => `${tracks(count)} moved`,
    voted: (count: number) => plural(count, { one: "# vote", other: "# votes" }),
    nowPlays: (title: string) => `Now playing: ${title}`,
    stopped: "Playback stopped",
    anonymous: "Anonymous",
  },
  library: {
    search: "Search title, artist or album",
    searchHint: "Title, artist or album",
    clear: "Clear the search",
    genres: "Genre",
    all: "All",
    sort: "Sort by",
    bestMatch: "Best match",
    asAdded: "Oldest",
    byTitle: "Title",
    byArtist: "Artist",
    newest: "Newest",
    byLength: "Length",
    count: tracks,
    results: "Tracks",
    looking: "Searching…",
    addNamed: (title: string, artist: string) => `Add ${title}, ${artist}`,
    pendingNamed: (title: string) => `Adding ${title}…`,
    queuedNamed: (title: string, place: string) => `${title}: already in the queue, ${place}. Vote for it`,
    // Contains `queue.now`, which the button shows.
    playingNamed: (title: string) => `${title}: playing now`,
    alreadyQueued: (place: string) => `Already in the queue, ${place}. Your vote counts.`,
    ownQueued: (place: string) => `You added it, ${place} in the queue. Your vote counts.`,
    added: (title: string) => `Added ${title}.`,
    nothingFor: (search: string) => `No results for “${search}”.`,
    nothingForHelp: "Try fewer words.",
    nothingInGenreHelp: "Try another genre.",
    toCharts: "Open the charts",
    countOver: (count: number) => `more than ${tracks(count)}`,
    didYouMean: (search: string) => `No results for “${search}”. Did you mean:`,
    allGenres: "Search all genres",
    empty: "The library is empty.",
    emptyHelp: "The administrator can add tracks with manage.py import_tracks.",
    needsNetwork: "You’re offline. The library isn’t available.",
    needsNetworkKept: "You’re offline. Showing what was already loaded.",
    loading: "Loading…",
  },
  problems: {
    noAnswer: "Can’t reach the server. Try again in a moment.",
    limited: (seconds: number) =>
      `Too many requests. Try again in ${plural(seconds, { one: "# second", other: "# seconds" })}.`,
    notAllowed: "You don’t have permission to do that.",
    gone: "That no longer exists.",
    other: "Something went wrong.",
    blank: "Required.",
    tooLong: (most: number) => `At most ${plural(most, { one: "# character", other: "# characters" })}.`,
    badCharacters: "It contains an unsupported character.",
    mixedAlphabets: "Use only one alphabet per word.",
    badSlug: "Use only a–z, 0–9, and hyphens.",
    slugTaken: "That address is already taken.",
  },
  queue: {
    /** `span` is the sum of the known lengths, null when none is known; `isLeast`: some are not known. */
    summary: (count: number, span: string | null, isLeast: boolean) =>
      [`${number(count)} to come`, span && (isLeast ? `over ${span}` : span)].filter(Boolean).join(" · "),
    loading: "Loading the queue…",
    empty: "The queue is empty. Add the first track.",
    suggestions: "Suggestions",
    find: "Find a track",
    add: "Add",
    orders: {
      votes: "This queue is ordered by votes.",
      manual: "Ordered manually. Votes don’t move tracks.",
    },
    voteUp: (title: string) => `Vote up ${title}`,
    voteDown: (title: string) => `Vote down ${title}`,
    /** "+3", "0", "−12" */
    votes: signed,
    votesSpoken: (count: number) => plural(count, { one: "# vote", other: "# votes" }).replace("-", "−"),
    waiting: "sending…",
    playing: "playing now",
    /** The same in a word. */
    now: "now",
    nothingToCome: "Nothing up next. Add a track.",
    played: (count: number) => `Played · ${number(count)}`,
    move: (title: string) => `Move ${title}`,
    more: (title: string) => `More options for ${title}`,
    addedBy: (name: string, when: string) => `Added by ${name}, ${when}`,
    by: "added by",
    playNow: "Play now",
    stop: "Stop playing",
    moveUp: "Move up",
    moveDown: "Move down",
    toTop: "Move to top",
    toBottom: "Move to bottom",
    remove: "Remove",
    removed: (title: string) => `Removed ${title}.`,
    goneWhileMoved: (title: string) => `${title} was removed while you were moving it.`,
    /** `place` as in "2nd". */
    at: (title: string, place: string, count: number) => `${title}, ${place} of ${number(count)}`,
    taken: (title: string, place: string, count: number) =>
      `Picked up ${title}, ${place} of ${number(count)}. Use arrow keys to move, Space to drop, Escape to cancel.`,
    putDown: (title: string, place: string, count: number) =>
      `Dropped ${title}, ${place} of ${number(count)}`,
    putBack: (title: string, place: string, count: number) =>
      `Move canceled. ${title} is ${place} of ${number(count)}`,
    /** What keys do on a track of the queue. */
    keys: [
      { keys: ["Enter"], what: "Open track menu" },
      { keys: ["+", "−"], what: "Vote up, vote down" },
      { keys: ["Delete", "Backspace"], what: "Remove track" },
    ],
  },
  rejected: {
    generic: (title: string) => `Couldn’t update ${title}.`,
    gone: (title: string) => `${title} is no longer in the queue.`,
    notInLibrary: (title: string) => `${title} is no longer in the library.`,
    duplicate: (title: string) => `${title} is already in the queue. You voted for it.`,
    full: "The queue is full. Remove something first.",
    byVotes: "This queue is ordered by votes, so tracks can’t be moved.",
    roomGone: "This room was deleted.",
    notAllowed: "You don’t have permission to do that.",
  },
};

export type Messages = typeof messages;
