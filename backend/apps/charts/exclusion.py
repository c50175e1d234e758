"""One run of the pipeline at a time, on however many machines. The lock goes with its process."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

# Any number that no other program uses on the same database.
ADVISORY_LOCK = 0x7475747469_45544C  # "tuttiETL"
CONNECT_SECONDS = 5


class AlreadyRunning(Exception):
    """Another run goes on."""


@contextlib.contextmanager
def only_run() -> Iterator[None]:
    """Raises AlreadyRunning."""
    with _file_lock() if connection.vendor == "sqlite" else _advisory_lock():
        yield


@contextlib.contextmanager
def _file_lock() -> Iterator[None]:
    """Beside the database that it is about."""
    with Path(f"{connection.settings_dict['NAME']}.etl.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning("Another run of the pipeline goes on.") from None
        yield


@contextlib.contextmanager
def _advisory_lock() -> Iterator[None]:
    """On a connection beside the pool: it is held as long as that lives."""
    import psycopg

    parameters = {"connect_timeout": CONNECT_SECONDS, **connection.get_connection_params()}
    with psycopg.connect(**parameters, autocommit=True) as own:
        row = own.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK]).fetchone()
        if not row or not row[0]:
            raise AlreadyRunning("Another run of the pipeline goes on.")
        yield
