"""Database access: connections that are always released, transactions, and batches of rows.

Each request and each thread of ours releases its connection, even if the client disconnects. Each wait for
PostgreSQL has a deadline, because a connection may be lost without a notification.
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


# Multiples of DATABASE_TIMEOUT_SECONDS. A request waits for a row lock for 0.8 of it, which is less.
REQUEST_SHARE = 1.5
# The time that the process waits at its end for other users of SQLite's log.
CHECKPOINT_WAIT_MS = 1000
# Reads of live events are short, and all clients of a room wait for them.
LIVE_SHARE = 0.5


class _Allowed(local):
    """One for each thread. None: statements of jobs and commands have no limit."""

    seconds: float | None = None


_allowed = _Allowed()


def allowed_seconds() -> float | None:
    """The seconds within which PostgreSQL must respond to a statement of this thread; None: no limit."""
    return _allowed.seconds


@contextmanager
def response_deadline(seconds: float) -> Iterator[None]:
    """Limits each statement of the block; one without a response in time raises OperationalError."""
    before, _allowed.seconds = _allowed.seconds, seconds
    try:
        yield
    finally:
        _allowed.seconds = before


def live_deadline_seconds() -> float:
    return float(settings.DATABASE_TIMEOUT_SECONDS) * LIVE_SHARE


class ConnectionMiddleware:
    """The outermost middleware: releases the connection of the request's thread to the pool.

    Django releases connections after it has sent the response. If the client disconnects, the server cancels
    that part, and the pool would lose the connection. This middleware always runs.
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
    """At the end of the process: moves SQLite's log into the database file, so that a copy of it is complete.

    SQLite does this only when its last connection is closed, but our threads end with the process. It waits
    for a read in another thread, but not for another process that has the lock.
    """
    if connection.vendor == "sqlite":
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_WAIT_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def released_connection() -> Iterator[None]:
    """For our own threads: releases the connection to the pool at the end, and closes a broken one.

    On SQLite, the thread retains its connection, which costs nothing.
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
    """Joins the open transaction, or opens one.

    For writes that are rejected before they write anything: there is no savepoint. An error after that must
    mark the whole transaction (`transaction.atomic(savepoint=False)`).
    """
    if _is_within_a_write():
        yield
        return
    with transaction.atomic():
        yield


def _is_within_a_write() -> bool:
    """Whether a transaction is open, other than that of Django's test cases."""
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
    # Deferred: takes no lock that blocks writers. atomic() would be IMMEDIATE here and block every writer.
    "sqlite": "BEGIN DEFERRED",
}


@contextmanager
def consistent_read() -> Iterator[None]:
    """One snapshot of the database for all reads of the block; never for writes.

    Joins a transaction that is already open.
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


# --- Batches of rows ---------------------------------------------------------------------------------


T = TypeVar("T")
M = TypeVar("M", bound=Model)
ROWS_PER_WRITE = 500
# Rows per read. Each thread retains the memory of its largest read.
ROWS_PER_READ = 50
# The minimum, also on a slow machine: fewer rows per statement are hardly faster.
MIN_ROWS = 20
# The target duration of a batch of writes. Other writers wait for its locks, at most 100 ms.
WRITE_SECONDS = 0.04


class BatchSize:
    """The number of rows of the next transaction: as many as recent ones wrote within WRITE_SECONDS.

    The cost of rows and the speed of machines differ.
    """

    def __init__(self, *, most: int = ROWS_PER_WRITE) -> None:
        self._most = most
        self._least = self.rows = min(MIN_ROWS, most)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measures a block that writes `rows` rows; it begins after the wait for the lock."""
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        if seconds > WRITE_SECONDS:
            self.rows = max(self._least, int(self.rows * WRITE_SECONDS / seconds))
        elif seconds < WRITE_SECONDS / 2:
            self.rows = min(self._most, 2 * self.rows)


def within_write_time(rows: Iterable[T]) -> Iterator[T]:
    """The first row, and further ones until WRITE_SECONDS have passed."""
    end = time.monotonic() + WRITE_SECONDS
    for row in rows:
        yield row
        if time.monotonic() >= end:
            return


def in_batches(rows: "QuerySet[M]", *, at_once: int = ROWS_PER_READ) -> Iterator[M]:
    """All rows in the order of their IDs; each batch is a query of its own."""
    rows = rows.order_by("pk")
    last: Any = None
    while True:
        batch = list((rows if last is None else rows.filter(pk__gt=last))[:at_once])
        yield from batch
        if len(batch) < at_once:
            return
        last = batch[-1].pk


def delete_in_batches(rows: "QuerySet[Any]", *, order: str = "pk", at_once: int = ROWS_PER_WRITE) -> int:
    """Deletes the rows; each batch is a transaction of its own, unless one is open, so that others can write.

    Returns their number.
    """
    gone, size = 0, BatchSize(most=at_once)
    while chosen := list(rows.order_by(order).values_list("pk", flat=True)[: size.rows]):
        with transaction.atomic(), size.timed():
            rows.model._default_manager.filter(pk__in=chosen).delete()
        gone += len(chosen)
    return gone
