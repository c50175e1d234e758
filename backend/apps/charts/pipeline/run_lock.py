"""One run of the pipeline at a time, on however many machines. The lock goes with its process."""

import contextlib
import fcntl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from django.db import OperationalError, connection

from core.process_tuning import private

if TYPE_CHECKING:
    import psycopg

# Any number that no other program uses on the same database.
ADVISORY_LOCK = 0x7475747469_45544C  # "tuttiETL"
CONNECT_SECONDS = 5
GOES_ON = "Another run of the pipeline goes on."


class AlreadyRunning(Exception):
    """Another run goes on."""


class Hold(Protocol):
    """What a run holds as long as it goes on."""

    def check(self) -> None:
        """To be called between two stages. Raises AlreadyRunning where the hold was lost to another run."""


@contextlib.contextmanager
def only_run() -> Iterator[Hold]:
    """Raises AlreadyRunning, and OperationalError while the database is away."""
    with _file_lock() if connection.vendor == "sqlite" else _advisory_lock() as hold:
        yield hold


class _FileLock:
    """The kernel releases it from no running process."""

    def check(self) -> None:
        pass


@contextlib.contextmanager
def _file_lock() -> Iterator[Hold]:
    """Beside the database that it is about."""
    name = f"{connection.settings_dict['NAME']}.etl.lock"
    with open(name, "w", opener=private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(GOES_ON) from None
        yield _FileLock()


@contextlib.contextmanager
def _advisory_lock() -> Iterator[Hold]:
    lock = _AdvisoryLock()
    try:
        lock.take()
        yield lock
    finally:
        lock.let_go()


class _AdvisoryLock:
    """On a connection beside the pool. It is held as long as that lives, so not over the database's end."""

    def __init__(self) -> None:
        self._own: psycopg.Connection | None = None

    def take(self) -> None:
        import psycopg

        parameters = {"connect_timeout": CONNECT_SECONDS, **connection.get_connection_params()}
        try:
            self._own = psycopg.connect(**parameters, autocommit=True)
            row = self._own.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK]).fetchone()
        except psycopg.Error as error:
            raise OperationalError(str(error)) from error
        if not row or not row[0]:
            raise AlreadyRunning(GOES_ON)

    def check(self) -> None:
        import psycopg

        try:
            if self._own:
                self._own.execute("SELECT 1")
        except psycopg.Error:
            self.let_go()
            self.take()

    def let_go(self) -> None:
        """At once: what ends with its connection alone, the database gives free somewhat later."""
        import psycopg

        if self._own:
            with contextlib.suppress(psycopg.Error):
                self._own.execute("SELECT pg_advisory_unlock_all()")
            self._own.close()
            self._own = None
