"""Every request gives its database connection back, whatever becomes of its client; so do our threads.

None of them waits for PostgreSQL without end: a connection may be lost without either side noticing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import local

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase

from core.frames import roomy

# Of DATABASE_TIMEOUT_SECONDS. A request waits for a row's lock for 0.8 of it, and is refused before this.
REQUEST_SHARE = 1.5
# How long the end of the process waits for other users of SQLite's log. What they hold then stays in it.
CHECKPOINT_WAIT_MS = 1000
# Reads for live events are short, and everyone in a room waits for them.
LIVE_SHARE = 0.5


class _Allowed(local):
    """By thread. None: statements of jobs and commands may take any time."""

    seconds: float | None = None


_allowed = _Allowed()


def allowed_seconds() -> float | None:
    """How long a statement of this thread may stay without a response from PostgreSQL."""
    return _allowed.seconds


@contextmanager
def response_deadline(seconds: float) -> Iterator[None]:
    """For each statement inside. One that gets no response in time raises OperationalError."""
    before, _allowed.seconds = _allowed.seconds, seconds
    try:
        yield
    finally:
        _allowed.seconds = before


def live_deadline_seconds() -> float:
    return float(settings.DATABASE_TIMEOUT_SECONDS) * LIVE_SHARE


class ConnectionMiddleware:
    """The outermost: when it is left, the request's thread holds no connection of the pool.

    Django gives connections back when it has sent the answer. A server that gives up on a request, because
    its client has gone, cancels that part, and the pool would lose the connection for ever. The thread itself
    always comes by here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @roomy
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            with response_deadline(settings.DATABASE_TIMEOUT_SECONDS * REQUEST_SHARE):
                return self.get_response(request)
        finally:
            if connection.vendor != "sqlite" and not connection.in_atomic_block:
                connection.close()


def checkpoint_database() -> None:
    """When the process ends: moves SQLite's log into the file itself, so that a copy of the file is whole.

    SQLite does so when its last connection is closed; those of our threads end with the process.
    It waits for a read that has just begun in another thread, but not for a process that holds its lock.
    """
    if connection.vendor == "sqlite":
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_WAIT_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def released_connection() -> Iterator[None]:
    """For a thread of our own: when it is left, the thread holds no connection of the pool, nor a broken one.

    On SQLite it keeps its connection, which costs nothing while it isn't used.
    """
    try:
        yield
    except BaseException:
        _close_unless_in_use()  # it may be the connection itself that failed
        raise
    if connection.vendor != "sqlite":
        _close_unless_in_use()


def _close_unless_in_use() -> None:
    if not connection.in_atomic_block:
        connection.close()
