"""How often anything may be done: every limit, declared as a value. RATE_LIMIT_FACTOR scales them all."""

import math
from dataclasses import dataclass

from django.conf import settings

MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max_calls` within `period_seconds`, for each `of` whom they are counted."""

    name: str
    of: str
    max_calls: int
    period_seconds: float


REQUESTS_OF_CALLER = Limit("requests", "caller", 600, MINUTE_SECONDS)
REQUESTS_OF_ADDRESS = Limit("requests", "address", 6000, MINUTE_SECONDS)
VOTES = Limit("votes", "voter", 60, MINUTE_SECONDS)
ADDS = Limit("adds", "voter", 30, MINUTE_SECONDS)
MOVES = Limit("moves", "voter", 120, MINUTE_SECONDS)
JOINS_OF_VOTER = Limit("joins", "voter", 120, MINUTE_SECONDS)
JOINS_OF_ADDRESS = Limit("joins", "address", 2000, MINUTE_SECONDS)
NEWCOMERS = Limit("newcomers", "address", 200, HOUR_SECONDS)
LOGINS = Limit("logins", "address", 5, MINUTE_SECONDS)
# Wrong passwords, by what was given as the name, whether an account has it or not. An account has two: its
# name and its e-mail address.
LOGIN_FAILURES = Limit("failed logins", "name", 50, HOUR_SECONDS)
# Each leaves a row for a week, which a token that is used twice has to be followed through.
TOKEN_REFRESHES = Limit("token refreshes", "account", 60, HOUR_SECONDS)
# Mails that anybody can have sent to an e-mail address, whether an account has it or not: few by one who
# asks, so that nobody alone keeps its owner's mails away.
MAILS_OF_ASKER = Limit("mails", "e-mail address and network", 5, HOUR_SECONDS)
MAILS = Limit("mails", "e-mail address", 20, HOUR_SECONDS)
# Each leaves a row for a day.
NAMED_WRITES = Limit("named writes", "address", 20_000, HOUR_SECONDS)
# New rooms, which others find in a list.
ROOMS_OF_CALLER = Limit("rooms", "caller", 10, HOUR_SECONDS)
ROOMS_OF_ADDRESS = Limit("rooms", "address", 60, HOUR_SECONDS)
# Of what somebody tells of tracks: each one of a list counts.
ACTIVITIES_OF_HOUR = Limit("activities", "person", 2000, HOUR_SECONDS)
ACTIVITIES_OF_DAY = Limit("activities", "person", 20_000, DAY_SECONDS)
# Each reads all that is stored of somebody.
EXPORTS = Limit("exports", "caller", 10, HOUR_SECONDS)
# Each looks through the whole library, and asks others over the network.
REFRESHES = Limit("refreshes", "person", 5, HOUR_SECONDS)
# Each drops what is remembered of a track's counts.
COUNT_REFRESHES = Limit("count refreshes", "caller", 10, MINUTE_SECONDS)
# Errors of the page, each a line in the log.
PAGE_ERRORS_OF_CALLER = Limit("page errors", "caller", 10, MINUTE_SECONDS)
PAGE_ERRORS_OF_ADDRESS = Limit("page errors", "address", 60, MINUTE_SECONDS)
FRAMES_PERIOD_SECONDS = 10
FRAMES = Limit(
    "frames",
    "socket",
    math.ceil(settings.SOCKET_FRAMES_PER_SECOND * FRAMES_PERIOD_SECONDS),
    FRAMES_PERIOD_SECONDS,
)
# The so-manieth frame of a period ends the socket: this is no client that made a mistake.
FRAMES_UNTIL_CLOSE = Limit("frames until close", "socket", 10 * FRAMES.max_calls, FRAMES_PERIOD_SECONDS)

LIMITS = (
    REQUESTS_OF_CALLER,
    REQUESTS_OF_ADDRESS,
    VOTES,
    ADDS,
    MOVES,
    JOINS_OF_VOTER,
    JOINS_OF_ADDRESS,
    NEWCOMERS,
    LOGINS,
    LOGIN_FAILURES,
    TOKEN_REFRESHES,
    MAILS_OF_ASKER,
    MAILS,
    NAMED_WRITES,
    ROOMS_OF_CALLER,
    ROOMS_OF_ADDRESS,
    ACTIVITIES_OF_HOUR,
    ACTIVITIES_OF_DAY,
    EXPORTS,
    REFRESHES,
    COUNT_REFRESHES,
    PAGE_ERRORS_OF_CALLER,
    PAGE_ERRORS_OF_ADDRESS,
    FRAMES,
    FRAMES_UNTIL_CLOSE,
)
