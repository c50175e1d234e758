"""Database reads for code on the event loop: in a few threads, never holding a connection between reads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

R = TypeVar("R")

# Reads are short and many wait for few: more threads would only queue at the database instead of here.
READER_THREADS = 3

_readers = ThreadPoolExecutor(max_workers=READER_THREADS, thread_name_prefix="realtime-read")
# SQLite's sign of change is told to one connection, so the watch keeps a thread of its own.
_watcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="realtime-watch")


async def in_reader(read: Callable[..., R], *args: Any) -> R:
    """Runs a read in one of the reader threads."""
    return await asyncio.get_running_loop().run_in_executor(_readers, _released, read, args)


async def in_watcher(read: Callable[[], R]) -> R:
    """Runs a read in the watch's own thread, which keeps its connection where that costs nobody anything."""
    return await asyncio.get_running_loop().run_in_executor(_watcher, _released, read, ())


def _released(read: Callable[..., R], args: tuple[Any, ...]) -> R:
    try:
        result = read(*args)
    except BaseException:
        connection.close()  # it may be the connection itself that failed
        raise
    if connection.vendor != "sqlite":
        connection.close()  # back to the pool
    return result


def close_reader_connections() -> None:
    """Closes what the threads hold. For an orderly end; no read may be under way."""
    all_readers = Barrier(READER_THREADS)  # so that no thread does the work of two

    def close_of_reader() -> None:
        all_readers.wait()
        connection.close()

    for future in [_readers.submit(close_of_reader) for _ in range(READER_THREADS)]:
        future.result()
    _watcher.submit(lambda: connection.close()).result()


class DatabaseWatch:
    """Tells whether somebody may have changed the database since it was last asked. Cheap."""

    def __init__(self) -> None:
        self._version: int | None = None

    @property
    def interval_seconds(self) -> float:
        # Asking SQLite costs microseconds; PostgreSQL is asked for the tops right away.
        return 0.1 if connection.vendor == "sqlite" else 0.4

    def has_changed(self) -> bool:
        if connection.vendor != "sqlite":
            return True
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone()
        is_same, self._version = version == self._version, version
        return not is_same
