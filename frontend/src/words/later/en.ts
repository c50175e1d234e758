/** English, of the parts that are loaded later. The other languages have the same shape: `LaterWords`. */

import { formsOf } from "../numbers.ts";

const { number, plural } = formsOf("en", String);

/** Why a track is recommended, with the names that the sentence may need; "" where one isn't known. */
export interface SpokenReason {
  kind: string;
  text: string;
  /** Of the track that is recommended. */
  artist: string;
  genre: string;
  /** Of the track that the reason speaks of. */
  title: string;
}

export const words = {
  adding: {
    title: "Already in the queue",
    question: (title: string, artist: string, album: string) =>
      album
        ? `“${title}” by ${artist} is already in the queue, from “${album}”.`
        : `“${title}” by ${artist} is already in the queue, from another album.`,
    vote: "Vote for it",
    addAnyway: (album: string) => (album ? `Add the one from “${album}” too` : "Add this one too"),
  },
  account: {
    you: "You",
    recognising: "Checking sign-in…",
    unknown: "Can’t check whether you’re signed in until the server responds.",
    elsewhere: "Accounts only work on the server’s own site.",
    toServer: "Go there",
    signIn: "Sign in",
    signInHelp: "Your guest votes and tracks move to your account.",
    signUp: "Create an account",
    signUpHelp:
      "Get your own recommendations and statistics on every device. You keep your votes and tracks.",
    haveAccount: "I have an account",
    noAccount: "Create an account",
    forgotten: "Forgot password?",
    login: "Username or email",
    username: "Username",
    usernameHelp: "Everyone sees it next to your tracks.",
    email: "Email",
    emailHelp: "Used only for password resets. Never shown.",
    password: "Password",
    newPassword: "New password",
    oldPassword: "Current password",
    passwordHelp: "At least 8 characters. A few words work well.",
    wrongLogin: "Wrong username or password.",
    hello: (name: string) => `Hello, ${name}!`,
    madeOnly: "Account created. Sign in to continue.",
    signedInAs: "Signed in as",
    since: (day: string) => `Member since ${day}`,
    signOut: "Sign out",
    signedOut: "Signed out.",
    sessionEnded: "Your session has ended. Sign in again.",
    needsNetwork: "You’re offline. Try again when you’re back online; nothing is lost.",
    reset: "Reset password",
    resetHelp: "Enter your email and we’ll send you a reset code.",
    sendMail: "Send code",
    mailSent: "If an account uses this address, we’ve sent a code. It’s valid for one hour.",
    token: "Reset code",
    tokenWrong: "This code is invalid or has expired.",
    setPassword: "Set password",
    passwordSet: "Password set. You can sign in now.",
    back: "Back",
    changePassword: "Change password",
    changePasswordHelp: "This signs you out on all other devices.",
    passwordChanged: "Password changed.",
    notThePassword: "Wrong password.",
    data: "Your data",
    dataHelp: "Download everything stored about you.",
    export: "Download my data",
    delete: "Delete account",
    deleteQuestion: "Delete your account?",
    deleteHelp:
      "This erases your name, taste profile, statistics, and recommendations. Tracks you added stay, without your name. It can’t be undone.",
    deleteNow: "Delete permanently",
    deleted: "Account deleted.",
    nameTaken: "That name is taken.",
    nameReserved: "This name isn’t allowed.",
    emailTaken: "That email is already in use.",
    tooShort: "At least 8 characters.",
    tooCommon: "This password is too common.",
    onlyDigits: "Don’t use only digits.",
    tooSimilar: "Too similar to your name or email.",
    badUsername: "Use only letters, digits, and . + - _",
    badEmail: "Enter a valid email address.",
  },
  taste: {
    title: "What you like",
    help: "The more you choose, the better your first recommendations.",
    genres: "Genres",
    noGenres: "The library has no genres.",
    genresMissing: "Couldn’t load genres.",
    artists: "Artists",
    artist: "Artist",
    addArtist: "Add",
    dropArtist: (name: string) => `Remove ${name}`,
    moods: "Moods",
    mood: {
      energetic: "energetic",
      calm: "calm",
      happy: "happy",
      sad: "sad",
      focused: "focused",
      party: "party",
    },
    most: (count: number) => `Choose up to ${number(count)}.`,
    save: "Save",
    saved: "Saved.",
    seeList: "See recommendations",
  },
  charts: {
    which: "Charts",
    thisRoom: "This room",
    genre: { pop: "Pop", dance: "Dance", rap: "Rap", country: "Country" },
    /** The name of the list; "" is the room. */
    list: (genre: string) => (genre ? `Chart: ${genre}` : "Chart of this room"),
    loading: "Loading the chart…",
    count: (count: number) => plural(count, { one: "# track", other: "# tracks" }),
    sort: "Sort by",
    order: { rank: "Rank", plays: "Plays", trending: "Trending" },
    rank: "Rank",
    day: "Day",
    dayBefore: "Previous day",
    dayAfter: "Next day",
    weekBefore: "Previous week",
    weekAfter: "Next week",
    newest: "Latest",
    thisWeek: "This week",
    /** `ago` as in "3 hours ago". */
    taken: (ago: string) => `updated ${ago}`,
    takenLongAgo: (ago: string) => `Out of date: updated ${ago}`,
    noneThatDay: (day: string) => `No chart for that day. Showing ${day}.`,
    arrived: (genre: string, day: string) => `New ${genre} chart for ${day}.`,
    sample: "Sample data: these tracks are made up.",
    /** `day` is that of the list that is used instead, null if there is none. */
    source: {
      failed: (service: string, day: string | null) =>
        day
          ? `Couldn’t load ${service}. Using its list from ${day}.`
          : `Couldn’t load ${service}. It isn’t included.`,
      quarantined: (service: string, day: string | null) =>
        day
          ? `The list from ${service} looked wrong and was rejected. Using the previous one from ${day}.`
          : `The list from ${service} looked wrong and was rejected. It isn’t included.`,
      missing: (service: string, day: string | null) =>
        day
          ? `${service} has no list for that day. Using the one from ${day}.`
          : `${service} has no list. It isn’t included.`,
      stale: (service: string, day: string | null) =>
        day
          ? `The list from ${service} repeats an older one. Using that one, from ${day}.`
          : `The list from ${service} repeats an older one. It isn’t included.`,
    },
    comparedWith: (day: string) => `Movement is since the previous chart, from ${day}.`,
    countedOn: (services: readonly string[]) => `Plays counted: ${services.join(", ")}.`,
    /** A place on a list that is older than the chart. */
    olderList: (day: string) => `(list from ${day})`,
    /** Why the newest plays of a service are of this day, before the chart’s. */
    older: {
      anomaly: (service: string, day: string) => `${service}: plays of ${day}, the newer count looks wrong`,
      stale: (service: string, day: string) => `${service}: plays of ${day}, only repeated since`,
      failed: (service: string, day: string) => `${service}: plays of ${day}, counting failed since`,
      missing: (service: string, day: string) => `${service}: plays of ${day}, no newer count`,
    },
    /** Why a service has no part in the plays. */
    uncounted: {
      anomaly: (service: string) => `${service} not included, its count looks wrong`,
      stale: (service: string) => `${service} not included, it repeats an older count`,
      failed: (service: string) => `${service} not included, counting failed`,
      missing: (service: string) => `${service} not included, no count`,
    },
    failedNow: (service: string) => `Couldn’t load ${service} just now.`,
    services: "Rank by service",
    movement: {
      up: (by: number) => plural(by, { one: "up # place", other: "up # places" }),
      down: (by: number) => plural(by, { one: "down # place", other: "down # places" }),
      new: "new",
      newSpoken: "new on the chart",
      back: "back",
      backSpoken: "back on the chart",
      same: "unchanged",
    },
    /** `told` is the number as it is written. */
    plays: (told: string, count: number) =>
      plural(count, { one: "@ play", other: "@ plays" }).replace("@", told),
    /** `without` are services whose plays are in the total, and not in the change. */
    change: (told: string, without: readonly string[]) =>
      without.length ? `${told} in 7 days without ${without.join(", ")}` : `${told} in 7 days`,
    changeOfWeek: (told: string) => `${told} vs. the week before`,
    votes: (told: string, count: number) =>
      plural(count, { one: "@ vote", other: "@ votes" }).replace("@", told),
    notCounted: "No play count",
    open: (title: string, artist: string) => `Details for ${title} by ${artist}`,
    notAdded: "You’re offline. Try again when you’re back online.",
    empty: "No charts yet.",
    emptyHelp: "The administrator can load them with manage.py etl run.",
    nothingAgreed: "No track was on at least two services that day.",
    nothingAgreedHelp: "A chart needs at least two services. Try another day or another genre.",
    roomEmpty: "Nothing was played here that week.",
    roomEmptyHelp: "This chart is built from plays and votes in this room.",
    needsNetwork: "You’re offline. Charts aren’t available.",
    needsNetworkKept: "You’re offline. Showing what was already loaded.",
  },
  /** One track of the charts. */
  chartTrack: {
    track: "Chart track",
    back: "Back to the chart",
    loading: "Loading track…",
    loaded: (name: string, artist: string) => `${name}, ${artist}`,
    needsNetwork: "You’re offline. This track isn’t available.",
    needsNetworkKept: "You’re offline. Showing what was already loaded.",
    unknown: "This track has never been on a chart.",
    sample: "Sample track.",
    genre: { pop: "Pop", dance: "Dance", rap: "Rap", country: "Country" },
    services: "Available on",
    nowhere: "Not found on any service.",
    rankAt: (place: string, genre: string, day: string) => `${place} in ${genre}, ${day}`,
    plays: (count: string) => `${count} plays`,
    asOf: (told: string, day: string) => `${told} (${day})`,
    open: (service: string) => `Open on ${service}`,
    play: (service: string) => `Play in ${service} player`,
    loadsFrom: (host: string) => `loads from ${host}`,
    closePlayer: (service: string) => `Close ${service}’s player`,
    playerOf: (service: string, name: string) => `${service}’s player: ${name}`,
    counts: "Daily plays",
    countsAt: (service: string) => `Plays on ${service}`,
    noCounts: "No play counts yet.",
    ranks: "Daily rank",
    ranksIn: (genre: string) => `Rank in ${genre}`,
    noRanks: "Not on any chart yet.",
    asTable: "Show as table",
    day: "Day",
    count: "Plays",
    change: "Change",
    rank: "Rank",
    /** A day whose count is not to be relied on; `told` is the count as it is written, or "". */
    notOk: {
      anomaly: (told: string) => `${told} (looks wrong)`,
      stale: (told: string) => (told ? `${told} (repeats an older count)` : "repeats an older count"),
      failed: () => "failed",
      missing: () => "no data",
    },
    offChart: "not on the chart",
    noChart: "no chart",
    /** `lists` as in "Spotify, 4 Dec". */
    withOlderLists: (rank: string, lists: string) => `${rank} (older list: ${lists})`,
    olderLists: (count: number) =>
      plural(count, {
        one: "# day uses an older list from a service",
        other: "# days use an older list from a service",
      }),
    /** A change over more than a day. */
    changeInDays: (change: string, days: number) =>
      `${change} ${plural(days, { one: "in # day", other: "in # days" })}`,
    countOn: (day: string, told: string) => `${day}: ${told}`,
    countsTold: (first: string, last: string, days: string) => `From ${first} to ${last}, over ${days}.`,
    ranksTold: (best: string, last: string, days: string) =>
      `Best rank ${best}, latest rank ${last}, over ${days}.`,
    days: (count: number) => plural(count, { one: "# day", other: "# days" }),
    notCounted: (failed: number, missing: number, anomaly: number, stale: number) =>
      [
        failed && plural(failed, { one: "# day failed", other: "# days failed" }),
        missing && plural(missing, { one: "# day without data", other: "# days without data" }),
        anomaly && plural(anomaly, { one: "# day looks wrong", other: "# days look wrong" }),
        stale &&
          plural(stale, { one: "# day repeats an older count", other: "# days repeat an older count" }),
      ]
        .filter(Boolean)
        .join(", "),
    trend: (service: string, first: string, last: string) => `Plays on ${service} from ${first} to ${last}`,
    similar: "Similar tracks",
    similarUnknown: "No audio data for this track.",
    similarNone: "No similar tracks on the charts.",
    alike: (percent: string) => `${percent} similar`,
  },
  discover: {
    whose: "Recommendations",
    forYou: "For you",
    forRoom: "For this room",
    fitsRoom: "Fits this room",
    popular: "Popular and new here",
    forRoomHelp: "Picks for everyone in the room right now.",
    signInFirst: "Sign in for recommendations based on what you like.",
    toAccount: "Sign in or create an account",
    loading: "Loading recommendations…",
    list: "Recommended tracks",
    madeAt: (when: string) => `Updated ${when}`,
    stale: "Out of date. Couldn’t refresh yet.",
    refresh: "Refresh",
    refreshing: "Refreshing…",
    takesLong: "This is taking longer than usual. New picks will appear here.",
    refreshFailed: "Couldn’t refresh. Showing the previous list.",
    refreshed: "Recommendations updated.",
    tooOften: (minutes: number) =>
      `You can refresh 5 times an hour. Try again in ${plural(minutes, { one: "# minute", other: "# minutes" })}.`,
    like: (title: string) => `Like ${title}`,
    liked: (title: string) => `You like ${title}`,
    dislike: (title: string) => `Not interested in ${title}`,
    dislikeDone: (title: string) => `${title} won’t be recommended again.`,
    notKept: "Couldn’t save. Try again.",
    empty: "No recommendations yet.",
    emptyHelp: "Choose what you like or vote in the queue.",
    roomEmpty: "No recommendations for this room yet.",
    roomEmptyHelp: "They’ll appear once people add and vote.",
    allSeen: "That’s all for now.",
    toTaste: "Choose what I like",
    needsNetwork: "You’re offline. Recommendations aren’t available.",
    needsNetworkKept: "You’re offline. Showing what was already loaded.",
    /** The server says it in English. */
    reason: ({ text }: SpokenReason) => text,
  },
  stats: {
    whose: "Statistics",
    everybody: "Everyone",
    you: "You",
    loading: "Loading…",
    needsNetwork: "You’re offline. Statistics aren’t available.",
    needsNetworkKept: "You’re offline. Showing the last ones.",
    signInFirst: "Sign in to see your own statistics.",
    toAccount: "Sign in or create an account",
    overview: "Overview",
    people: "People",
    activePeople: "Active this week",
    tracks: "Tracks",
    activities: "Activities",
    activitiesWeek: "This week",
    roomPlays: "Plays in rooms",
    recommendations: "Recommendations",
    likeRate: "Likes per play",
    skipRate: "Skips per play",
    noPlays: "–",
    byType: "Activity by type",
    byTypeYours: "Your activity by type",
    type: { play: "Plays", like: "Likes", dislike: "Dislikes", skip: "Skips", share: "Shares" },
    trends: "Trending",
    days: "Period",
    lastDays: (count: number) => `${number(count)} days`,
    artists: "Artists",
    genres: "Genres",
    byDay: "By day",
    byHour: "By hour",
    topArtists: "Your artists",
    topGenres: "Your genres",
    topTracks: "Your tracks",
    asTable: "Show as table",
    what: "Type",
    count: "Count",
    change: "Change",
    day: "Day",
    hour: "Hour",
    most: (name: string, count: number) => `Top: ${name} (${number(count)}).`,
    nothing: "No data yet.",
    nothingYours: "No data yet. Plays of tracks you add and your likes are counted here.",
  },
};

export type LaterWords = typeof words;
