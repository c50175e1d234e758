"""Database reads for code on the event loop: in a few threads, never holding a connection between reads."""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

from core.connections import live_deadline_seconds, response_deadline
from core.frames import roomy

R = TypeVar("R")

# Reads are short and many wait for few: more threads would only queue at the database instead of here.
READER_THREADS = 3

_readers = ThreadPoolExecutor(max_workers=READER_THREADS, thread_name_prefix="realtime-read")


async def in_reader(read: Callable[..., R], *args: Any) -> R:
    """Runs a read in one of the reader threads."""
    return await asyncio.get_running_loop().run_in_executor(_readers, _released, read, args)


class SharedReads:
    """Everybody who wants the same waits for one read: for thousands who come back at once it is made once.

    A read is shared only until it begins, so nobody is told what was so before they asked.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, asyncio.Future[Any]] = {}

    async def get(self, key: Hashable, read: Callable[[], R]) -> R:
        """What `read` gives; or another's read under the same key, if that has not begun."""

        def begin() -> R:
            del self._waiting[key]
            return read()

        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = asyncio.ensure_future(in_reader(begin))
            waiting.add_done_callback(lambda read: self._has_ended(key, read))
        result: R = await asyncio.shield(waiting)  # one who goes must not take the others' read along
        return result

    def _has_ended(self, key: Hashable, read: asyncio.Future[Any]) -> None:
        if self._waiting.get(key) is read:  # it never began
            del self._waiting[key]
        if not read.cancelled():
            read.exception()  # all who waited for it may be gone


@roomy
def _released(read: Callable[..., R], args: tuple[Any, ...]) -> R:
    try:
        with response_deadline(live_deadline_seconds()):
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
