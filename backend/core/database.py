"""Database access: connections returned in time, transactions, and work on many rows in portions.

Every request returns its connection, whatever becomes of its client; so do our threads. No wait for
PostgreSQL is endless: a connection may be lost without either side noticing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from threading import local
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase

from core.process_tuning import with_large_stack_chunk

# --- Connections -------------------------------------------------------------------------------------


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

    @with_large_stack_chunk
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


# --- Transactions ------------------------------------------------------------------------------------


P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def joined_transaction() -> Iterator[None]:
    """The transaction that is open, else one of its own.

    For writes that are refused before they have written anything: no savepoint would undo that part alone.
    What fails after that must mark the whole transaction (`transaction.atomic(savepoint=False)`).
    """
    if _is_within_a_write():
        yield
        return
    with transaction.atomic():
        yield


def _is_within_a_write() -> bool:
    """Whether a transaction is open; that in which Django's test cases run does not count."""
    blocks = connection.atomic_blocks
    return bool(blocks) and not getattr(blocks[-1], "_from_testcase", False)


def in_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Runs the function in a `joined_transaction`."""

    @wraps(function)
    def joined(*args: P.args, **kwargs: P.kwargs) -> R:
        with joined_transaction():
            return function(*args, **kwargs)

    return joined


# --- Reads -------------------------------------------------------------------------------------------


_BEGIN = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # Deferred: takes no lock that a writer waits for. atomic() would be IMMEDIATE here and stop every writer.
    "sqlite": "BEGIN DEFERRED",
}


@contextmanager
def consistent_read() -> Iterator[None]:
    """One snapshot of the database for everything read inside; never for writing.

    Inside a transaction that is open already, that one serves.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    _run(_BEGIN[connection.vendor])
    try:
        yield
    except BaseException:
        _run("ROLLBACK")
        raise
    _run("COMMIT")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# --- Violated constraints ----------------------------------------------------------------------------


def violated_constraint(error: IntegrityError, *, among: type[models.Model]) -> str | None:
    """The name of the unique constraint of `among` that `error` is about, or None.

    PostgreSQL names the constraint. SQLite names it only where it is an index with a condition, and else
    lists its columns.
    """
    text = str(error)
    for constraint in among._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        columns = [getattr(among._meta.get_field(name), "column", name) for name in constraint.fields]
        listed = ", ".join(f"{among._meta.db_table}.{column}" for column in columns)
        if f'"{constraint.name}"' in text or f"'{constraint.name}'" in text or text.endswith(f": {listed}"):
            return constraint.name
    return None


# --- Portions of rows --------------------------------------------------------------------------------


T = TypeVar("T")
M = TypeVar("M", bound=Model)
ROWS_AT_ONCE = 500
# What is read is held in memory, which each thread that ever read so much goes on to hold.
READ_AT_ONCE = 50
# However slow the machine is: fewer in a statement would hardly be quicker, and take longer together.
LEAST_ROWS = 20
# How long a portion that writes should take. Others wait for its locks: far below the 100 ms that they may.
WRITE_SECONDS = 0.04


class PortionSize:
    """How many rows the next transaction writes: as many as were written in WRITE_SECONDS of late.

    Rows differ in what they cost, and machines in how fast they are.
    """

    def __init__(self, *, most: int = ROWS_AT_ONCE) -> None:
        self._most = most
        self._least = self.rows = min(LEAST_ROWS, most)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around what writes `rows` rows, behind the wait for the lock."""
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        if seconds > WRITE_SECONDS:
            self.rows = max(self._least, int(self.rows * WRITE_SECONDS / seconds))
        elif seconds < WRITE_SECONDS / 2:
            self.rows = min(self._most, 2 * self.rows)


def while_time_lasts(rows: Iterable[T]) -> Iterator[T]:
    """At least the first of them, and as many as can be written in WRITE_SECONDS, one after the other."""
    end = time.monotonic() + WRITE_SECONDS
    for row in rows:
        yield row
        if time.monotonic() >= end:
            return


def in_portions(rows: "QuerySet[M]", *, at_once: int = READ_AT_ONCE) -> Iterator[M]:
    """All rows in the order of their ids, read portion by portion: each is a query of its own."""
    rows = rows.order_by("pk")
    last: Any = None
    while True:
        portion = list((rows if last is None else rows.filter(pk__gt=last))[:at_once])
        yield from portion
        if len(portion) < at_once:
            return
        last = portion[-1].pk


def delete_in_portions(rows: "QuerySet[Any]", *, order: str = "pk", at_once: int = ROWS_AT_ONCE) -> int:
    """Each portion is a transaction of its own, unless one is open: others write in between.

    Returns how many went.
    """
    gone, size = 0, PortionSize(most=at_once)
    while chosen := list(rows.order_by(order).values_list("pk", flat=True)[: size.rows]):
        with transaction.atomic(), size.timed():
            rows.model._default_manager.filter(pk__in=chosen).delete()
        gone += len(chosen)
    return gone
