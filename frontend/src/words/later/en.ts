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
        ? `“${title}” by ${artist} is in the queue already, from “${album}”.`
        : `“${title}” by ${artist} is in the queue already, from another album.`,
    vote: "Vote for it",
    addAnyway: (album: string) => (album ? `Add the one from “${album}” too` : "Add this one too"),
  },
  account: {
    you: "You",
    recognising: "Looking who you are …",
    unknown: "Whether you are signed in is known once the server answers.",
    elsewhere: "Accounts work only at the server’s own address.",
    toServer: "Open it there",
    signIn: "Sign in",
    signInHelp: "What you have voted for and added as a guest becomes your account’s.",
    signUp: "Create an account",
    signUpHelp:
      "An account gives you recommendations and figures of your own, on every device. Your votes and tracks come along.",
    haveAccount: "I have an account",
    noAccount: "I have no account yet",
    forgotten: "Forgotten the password?",
    login: "Name or e-mail address",
    username: "Name",
    usernameHelp: "Everybody sees it beside your tracks.",
    email: "E-mail address",
    emailHelp: "Only for a new password. Nobody else sees it.",
    password: "Password",
    newPassword: "New password",
    oldPassword: "Password of now",
    passwordHelp: "At least 8 characters; a few words make a good one.",
    wrongLogin: "The name or the password is not right.",
    hello: (name: string) => `Hello, ${name}!`,
    madeOnly: "Your account is made. Now sign in.",
    signedInAs: "Signed in as",
    since: (day: string) => `Here since ${day}`,
    signOut: "Sign out",
    signedOut: "You are signed out.",
    sessionEnded: "Your session has ended. Sign in again.",
    needsNetwork: "This needs the network. Nothing is lost: try again once it is back.",
    reset: "A new password",
    resetHelp: "Give your e-mail address: a token comes by mail.",
    sendMail: "Send the mail",
    mailSent: "If there is an account of this address, a mail is on its way. Its token counts for an hour.",
    token: "Token from the mail",
    tokenWrong: "The token is not valid (any more).",
    setPassword: "Set the password",
    passwordSet: "The password is set. Sign in with it.",
    back: "Back",
    changePassword: "Change the password",
    changePasswordHelp: "You are signed out everywhere else.",
    passwordChanged: "The password is changed.",
    notThePassword: "This is not the password.",
    data: "Your data",
    dataHelp: "Everything that is stored about you, as a file.",
    export: "Save my data",
    delete: "Delete the account",
    deleteQuestion: "Delete your account?",
    deleteHelp:
      "Your name, your taste, your figures and recommendations are erased. Tracks that you have added stay, without your name. This can’t be undone.",
    deleteNow: "Delete for good",
    deleted: "Your account is deleted.",
    nameTaken: "Somebody has this name already.",
    nameReserved: "This name isn't allowed.",
    emailTaken: "There is an account of this address already.",
    tooShort: "At least 8 characters.",
    tooCommon: "Too many people use this password.",
    onlyDigits: "Not digits alone.",
    tooSimilar: "Too much like your name or your address.",
    badUsername: "Only letters, digits and . + - _",
    badEmail: "This is no e-mail address.",
  },
  taste: {
    title: "What you like",
    help: "The more you say, the better your list begins.",
    genres: "Genres",
    noGenres: "The library names no genres.",
    genresMissing: "The genres could not be loaded.",
    artists: "Artists",
    artist: "An artist",
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
    most: (count: number) => `At most ${number(count)}.`,
    save: "Save what I like",
    saved: "Saved.",
    seeList: "See what fits",
  },
  charts: {
    which: "Charts",
    thisRoom: "This room",
    genre: { pop: "Pop", dance: "Dance", rap: "Rap", country: "Country" },
    /** The name of the list; "" is the room. */
    list: (genre: string) => (genre ? `Chart: ${genre}` : "Chart of this room"),
    loading: "Loading the chart …",
    count: (count: number) => plural(count, { one: "# track", other: "# tracks" }),
    sort: "Sort by",
    order: { rank: "Rank", plays: "Plays", trending: "Trending" },
    rank: "Rank",
    day: "Day",
    dayBefore: "The day before",
    dayAfter: "The day after",
    weekBefore: "The week before",
    weekAfter: "The week after",
    newest: "Newest",
    thisWeek: "This week",
    /** `ago` as in "3 hours ago". */
    taken: (ago: string) => `taken ${ago}`,
    takenLongAgo: (ago: string) => `Out of date: taken ${ago}`,
    noneThatDay: (day: string) => `No chart of that day: this is the one of ${day}.`,
    arrived: (genre: string, day: string) => `New: ${genre} of ${day}.`,
    sample: "These are samples shipped with Tutti: invented tracks that show what charts look like.",
    /** `since` as in "2 days ago", null where there is no list at all. */
    source: {
      failed: (service: string, since: string | null) =>
        since
          ? `${service} gave no list. Its last one counts, taken ${since}.`
          : `${service} gave no list. The chart is made without it.`,
      quarantined: (service: string, since: string | null) =>
        since
          ? `The list of ${service} looked wrong and was put aside. The one before counts, taken ${since}.`
          : `The list of ${service} looked wrong and was put aside. The chart is made without it.`,
      missing: (service: string, since: string | null) =>
        since
          ? `${service} has no list of that day. Its last one counts, taken ${since}.`
          : `${service} has no list. The chart is made without it.`,
      stale: (service: string, since: string | null) =>
        since
          ? `The list from ${service} repeats an older one. Using that one, from ${since}.`
          : `The list from ${service} repeats an older one. It isn’t included.`,
    },
    /** Why the newest plays of a service are of this day, before the chart’s. */
    older: {
      anomaly: (service: string, day: string) => `${service}: plays of ${day}, the newer count looks wrong`,
      stale: (service: string, day: string) => `${service}: plays of ${day}, only repeated since`,
      failed: (service: string, day: string) => `${service}: plays of ${day}, counting failed since`,
      missing: (service: string, day: string) => `${service}: plays of ${day}, no newer count`,
    },
    failedNow: (service: string) => `${service} did not give its list just now.`,
    services: "Places on services",
    movement: {
      up: (by: number) => plural(by, { one: "up # place", other: "up # places" }),
      down: (by: number) => plural(by, { one: "down # place", other: "down # places" }),
      new: "new",
      newSpoken: "new on the chart",
      back: "back",
      backSpoken: "back on the chart",
      same: "same place",
    },
    /** `told` is the number as it is written. */
    plays: (told: string, count: number) =>
      plural(count, { one: "@ play", other: "@ plays" }).replace("@", told),
    /** `without` are services whose plays are in the total, and not in the change. */
    change: (told: string, without: readonly string[]) =>
      without.length ? `${told} in 7 days without ${without.join(", ")}` : `${told} in 7 days`,
    changeOfWeek: (told: string) => `${told} on the week before`,
    votes: (told: string, count: number) =>
      plural(count, { one: "@ vote", other: "@ votes" }).replace("@", told),
    notCounted: "Plays not counted",
    open: (title: string, artist: string) => `${title}, ${artist}: more`,
    notAdded: "To add from the charts needs the network. Try again once it is back.",
    empty: "There is no chart yet.",
    emptyHelp: "Whoever runs the server can gather some: manage.py etl run.",
    nothingAgreed: "No track was on two services’ lists that day.",
    nothingAgreedHelp: "What only one service lists is on no chart. Try another day, or another genre.",
    roomEmpty: "Nothing was played here that week.",
    roomEmptyHelp: "What plays in this room, and what people vote for, makes its chart.",
    needsNetwork: "Charts need the network.",
    needsNetworkKept: "Charts need the network. This one was kept from before.",
  },
  /** One track of the charts. */
  chartTrack: {
    track: "A track of the charts",
    back: "Back to the chart",
    loading: "Looking for the track …",
    loaded: (name: string, artist: string) => `${name}, ${artist}`,
    needsNetwork: "This track needs the network.",
    needsNetworkKept: "This needs the network. What was loaded stays here.",
    unknown: "No chart has had this track.",
    sample: "A sample: invented, until real charts are gathered.",
    genre: { pop: "Pop", dance: "Dance", rap: "Rap", country: "Country" },
    services: "Where it is",
    nowhere: "No service is known to have it.",
    rankAt: (place: string, genre: string, day: string) => `${place} in ${genre}, ${day}`,
    plays: (count: string) => `${count} plays`,
    asOf: (told: string, day: string) => `${told} (${day})`,
    open: (service: string) => `Open on ${service}`,
    play: (service: string) => `Play on ${service}’s own player`,
    loadsFrom: (host: string) => `loads from ${host}`,
    closePlayer: (service: string) => `Close ${service}’s player`,
    playerOf: (service: string, name: string) => `${service}’s player: ${name}`,
    counts: "Plays day by day",
    countsAt: (service: string) => `Plays on ${service}`,
    noCounts: "Nothing was counted of it yet.",
    ranks: "Rank day by day",
    ranksIn: (genre: string) => `Rank in ${genre}`,
    noRanks: "It was on no chart yet.",
    asTable: "As a table",
    day: "Day",
    count: "Plays",
    change: "Change",
    rank: "Rank",
    /** A day whose count is not to be relied on; `told` is the count as it is written, or "". */
    notOk: {
      anomaly: (told: string) => `${told} (looks wrong)`,
      stale: (told: string) => (told ? `${told} (repeats an older count)` : "repeats an older count"),
      failed: () => "failed",
      missing: () => "missing",
    },
    offChart: "not on the chart",
    countOn: (day: string, told: string) => `${day}: ${told}`,
    countsTold: (first: string, last: string, days: string) => `From ${first} to ${last}, ${days}.`,
    ranksTold: (best: string, last: string, days: string) => `Best ${best}, last ${last}, ${days}.`,
    days: (count: number) => plural(count, { one: "# day", other: "# days" }),
    notCounted: (failed: number, missing: number, anomaly: number, stale: number) =>
      [
        failed && plural(failed, { one: "# day failed", other: "# days failed" }),
        missing && plural(missing, { one: "# day is missing", other: "# days are missing" }),
        anomaly && plural(anomaly, { one: "# day looks wrong", other: "# days look wrong" }),
        stale &&
          plural(stale, { one: "# day repeats an older count", other: "# days repeat an older count" }),
      ]
        .filter(Boolean)
        .join(", "),
    trend: (service: string) => `How plays on ${service} went`,
    similar: "Sounds alike",
    similarUnknown: "Nobody knows how this track sounds, so nothing can be compared with it.",
    similarNone: "Nothing on the charts sounds like it.",
    alike: (percent: string) => `${percent} alike`,
  },
  discover: {
    whose: "Recommendations",
    forYou: "For you",
    forRoom: "For this room",
    fitsRoom: "Fits this room",
    popular: "Popular and new here",
    forRoomHelp: "What the people who are here now would like together.",
    signInFirst: "With an account you get a list of your own that learns from what you like.",
    toAccount: "Sign in or create an account",
    loading: "Looking for tracks …",
    list: "Recommended tracks",
    madeAt: (when: string) => `From ${when}`,
    stale: "An older list: a newer one could not be made yet.",
    refresh: "Make a new list",
    refreshing: "Making a new list …",
    takesLong: "The new list takes longer than usual. It is shown here as soon as it is there.",
    refreshFailed: "No new list could be made. This one still counts.",
    refreshed: "Here is your new list.",
    tooOften: (minutes: number) =>
      `Five new lists an hour are enough. The next one in ${plural(minutes, { one: "# minute", other: "# minutes" })}.`,
    like: (title: string) => `Like ${title}`,
    liked: (title: string) => `You like ${title}`,
    dislike: (title: string) => `${title} is not for me`,
    dislikeDone: (title: string) => `${title} won’t be recommended any more.`,
    notKept: "That could not be kept. Try again.",
    empty: "Nothing to recommend yet.",
    emptyHelp: "Say what you like, or vote in the queue: the list grows by it.",
    roomEmpty: "Nothing to recommend for this room yet.",
    roomEmptyHelp: "Once people vote and add tracks here, this list fills.",
    allSeen: "That was all for now.",
    toTaste: "Say what I like",
    needsNetwork: "Recommendations need the network.",
    needsNetworkKept: "Recommendations need the network. What was loaded stays here.",
    /** The server says it in English. */
    reason: ({ text }: SpokenReason) => text,
  },
  stats: {
    whose: "Figures",
    everybody: "Everybody",
    you: "You",
    loading: "Counting …",
    needsNetwork: "Figures need the network.",
    needsNetworkKept: "Figures need the network. These are the last ones.",
    signInFirst: "Figures of your own need an account.",
    toAccount: "Sign in or create an account",
    overview: "At a glance",
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
    byType: "What people do",
    byTypeYours: "What you do",
    type: { play: "Plays", like: "Likes", dislike: "Not for me", skip: "Skips", share: "Shares" },
    trends: "What goes round",
    days: "Span",
    lastDays: (count: number) => `${number(count)} days`,
    artists: "Artists",
    genres: "Genres",
    byDay: "By day",
    byHour: "By hour of the day",
    topArtists: "Your artists",
    topGenres: "Your genres",
    topTracks: "Your tracks",
    asTable: "As a table",
    what: "What",
    count: "Count",
    change: "Change",
    day: "Day",
    hour: "Hour",
    most: (name: string, count: number) => `Most: ${name}, ${number(count)}.`,
    nothing: "Nothing was counted yet.",
    nothingYours: "Nothing of yours was counted yet. Plays of tracks that you add count, and what you like.",
  },
};

export type LaterWords = typeof words;
