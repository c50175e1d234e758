"""Rate limits: every limit declared as a value, and counting calls against them, exactly.

RATE_LIMIT_FACTOR scales them all. Calls are counted in the shared cache or within one connection.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings

from core.cache import Call, shared_memory
from core.errors import RateLimited
from core.metrics import RATE_LIMITED
from core.resilience import SlidingWindow

MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max_calls` within `period_seconds`, counted for each `of`: caller, IP address, …"""

    name: str
    of: str
    max_calls: int
    period_seconds: float


REQUESTS_OF_CALLER = Limit("requests", "caller", 600, MINUTE_SECONDS)
REQUESTS_OF_ADDRESS = Limit("requests", "address", 6000, MINUTE_SECONDS)
VOTES = Limit("votes", "voter", 60, MINUTE_SECONDS)
ADDS = Limit("adds", "voter", 30, MINUTE_SECONDS)
MOVES = Limit("moves", "voter", 120, MINUTE_SECONDS)
# Plays are stored permanently. A thousand an hour are the tracks of more than 40 rooms.
PLAYS_OF_ADDRESS = Limit("plays", "address", 1000, HOUR_SECONDS)
# Of players: a seek bar that is dragged sends several a second.
PLAYER_ACTIONS = Limit("player actions", "address", 600, MINUTE_SECONDS)
JOINS_OF_VOTER = Limit("joins", "voter", 120, MINUTE_SECONDS)
JOINS_OF_ADDRESS = Limit("joins", "address", 2000, MINUTE_SECONDS)
NEW_GUESTS = Limit("newcomers", "address", 200, HOUR_SECONDS)
LOGINS = Limit("logins", "address", 5, MINUTE_SECONDS)
# Wrong passwords, by the entered name, even if no account has it. An account has two names: its username and
# its e-mail address.
LOGIN_FAILURES = Limit("failed logins", "name", 50, HOUR_SECONDS)
# Each stores a row for a week, which is needed to detect tokens that are used twice.
TOKEN_REFRESHES = Limit("token refreshes", "account", 60, HOUR_SECONDS)
# Mails requested for an e-mail address, with or without an account: few from one network, so that it alone
# cannot use up the mails of the owner.
MAILS_OF_REQUESTER = Limit("mails", "e-mail address and network", 5, HOUR_SECONDS)
MAILS = Limit("mails", "e-mail address", 20, HOUR_SECONDS)
# Each stores a row for a day.
IDEMPOTENT_WRITES = Limit("repeatable writes", "address", 20_000, HOUR_SECONDS)
# New rooms, which others find in a list.
ROOMS_OF_CALLER = Limit("rooms", "caller", 10, HOUR_SECONDS)
ROOMS_OF_ADDRESS = Limit("rooms", "address", 60, HOUR_SECONDS)
# Reported activities; each one of a list counts.
ACTIVITIES_OF_HOUR = Limit("activities", "person", 2000, HOUR_SECONDS)
ACTIVITIES_OF_DAY = Limit("activities", "person", 20_000, DAY_SECONDS)
# Each is stored for ever, and an address may register accounts.
ACTIVITIES_OF_ADDRESS = Limit("activities", "address", 10_000, HOUR_SECONDS)
# Each reads all personal data of an account.
EXPORTS = Limit("exports", "caller", 10, HOUR_SECONDS)
# Each reads the whole library, and sends requests to other services.
REFRESHES = Limit("refreshes", "person", 5, HOUR_SECONDS)
# The same without network requests, for the response to a GET.
LISTS_OF_ADDRESS = Limit("recommendation lists", "address", 60, MINUTE_SECONDS)
# Each drops the cached counts of a track.
COUNT_REFRESHES = Limit("count refreshes", "caller", 10, MINUTE_SECONDS)
# Errors of the page, each a line in the log.
PAGE_ERRORS_OF_CALLER = Limit("page errors", "caller", 10, MINUTE_SECONDS)
PAGE_ERRORS_OF_ADDRESS = Limit("page errors", "address", 60, MINUTE_SECONDS)
# Database reads of sockets: the same number as requests.
READS_OF_ADDRESS = Limit("reads", "address", 6000, MINUTE_SECONDS)
MESSAGES_PERIOD_SECONDS = 10
MESSAGES = Limit(
    "messages",
    "socket",
    math.ceil(settings.SOCKET_MESSAGES_PER_SECOND * MESSAGES_PERIOD_SECONDS),
    MESSAGES_PERIOD_SECONDS,
)
# This many messages in a period close the socket: it is not a mistake of the client any more.
MESSAGES_UNTIL_CLOSE = Limit(
    "messages until close", "socket", 10 * MESSAGES.max_calls, MESSAGES_PERIOD_SECONDS
)

LIMITS = (
    REQUESTS_OF_CALLER,
    REQUESTS_OF_ADDRESS,
    VOTES,
    ADDS,
    MOVES,
    PLAYS_OF_ADDRESS,
    PLAYER_ACTIONS,
    JOINS_OF_VOTER,
    JOINS_OF_ADDRESS,
    NEW_GUESTS,
    LOGINS,
    LOGIN_FAILURES,
    TOKEN_REFRESHES,
    MAILS_OF_REQUESTER,
    MAILS,
    IDEMPOTENT_WRITES,
    ROOMS_OF_CALLER,
    ROOMS_OF_ADDRESS,
    ACTIVITIES_OF_HOUR,
    ACTIVITIES_OF_DAY,
    ACTIVITIES_OF_ADDRESS,
    EXPORTS,
    REFRESHES,
    LISTS_OF_ADDRESS,
    COUNT_REFRESHES,
    PAGE_ERRORS_OF_CALLER,
    PAGE_ERRORS_OF_ADDRESS,
    READS_OF_ADDRESS,
    MESSAGES,
    MESSAGES_UNTIL_CLOSE,
)


# --- Counting ----------------------------------------------------------------------------------------


Clock = Callable[[], float]


class RateLimitExceeded(RateLimited):
    """A call above a limit. `calls` is the counted number of calls in this period."""

    def __init__(self, *, calls: int, retry_after_seconds: float) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.calls = calls
        RATE_LIMITED.inc()


def scaled(max_calls: int) -> int | None:
    """The limit multiplied by RATE_LIMIT_FACTOR; None if limits are off."""
    if settings.RATE_LIMIT_FACTOR == 0:
        return None
    return max(1, math.ceil(max_calls * settings.RATE_LIMIT_FACTOR))


def count_call(key: str, *, max_calls: int, period_seconds: float, clock: Clock = time.time) -> None:
    """Counts one call under `key` in the shared cache. Raises RateLimitExceeded above the limit.

    At most `max_calls` are allowed in any interval of `period_seconds`. Rejected calls do not count, so a
    client that retries at the returned time is accepted.
    """
    limit = scaled(max_calls)
    if limit is None:
        return
    name = _name(key, period_seconds)
    wait_seconds = shared_memory().take_call(name, limit=limit, period_seconds=period_seconds, now=clock())
    if wait_seconds is not None:
        raise RateLimitExceeded(calls=limit + 1, retry_after_seconds=wait_seconds)


def check_rate_limit(limit: Limit, key: str, *, times: int = 1) -> None:
    """Counts one call of `key`, or several, against a declared limit. Raises RateLimitExceeded above it.

    Of several, those count that were still within the limit.
    """
    count_in_order(*[(limit, key)] * times)


def count_in_order(*counted: tuple[Limit, str]) -> None:
    """Counts one call against each of these limits, in one step. Raises RateLimitExceeded.

    The limits after the first exceeded one are not counted.
    """
    calls = []
    for limit, key in counted:
        most = scaled(limit.max_calls)
        if most is None:
            return
        name = _name(f"{limit.name} of {limit.of}:{key}", limit.period_seconds)
        calls.append(Call(name, most, limit.period_seconds))
    rejection = shared_memory().take_calls(calls, now=time.time())
    if rejection is not None:
        index, wait_seconds = rejection
        raise RateLimitExceeded(calls=calls[index].limit + 1, retry_after_seconds=wait_seconds)


@contextmanager
def count_failures(limit: Limit, key: str) -> Iterator[None]:
    """Counts the block against a limit if it raises. Above the limit, raises RateLimitExceeded instead.

    It is counted before it runs, because of concurrent calls, and removed afterwards.
    """
    counted, now = f"{limit.name} of {limit.of}:{key}", time.time()
    count_call(counted, max_calls=limit.max_calls, period_seconds=limit.period_seconds, clock=lambda: now)
    yield
    shared_memory().undo_call(_name(counted, limit.period_seconds), taken_at=now)


def _name(key: str, period_seconds: float) -> str:
    return f"calls:{sha256(key.encode()).hexdigest()}:{period_seconds:g}"


class LocalRateLimiter:
    """Counts the calls of one connection, in its process, within one period."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._passed: SlidingWindow | None = None
        self._tried: SlidingWindow | None = None

    def count(self, *, max_calls: int, period_seconds: float) -> None:
        """Counts one call. Raises RateLimitExceeded above the limit, whose `calls` include rejected ones."""
        limit = scaled(max_calls)
        if limit is None:
            return
        now = self._clock()
        if self._passed is None or self._tried is None:
            self._passed, self._tried = SlidingWindow(period_seconds), SlidingWindow(period_seconds)
        self._tried.take(limit=sys.maxsize, now=now)
        wait_seconds = self._passed.take(limit=limit, now=now)
        if wait_seconds is not None:
            raise RateLimitExceeded(calls=self._tried.count(now), retry_after_seconds=wait_seconds)
