"""Database reads for the event loop, in threads of their own: on request, and polls of the event log."""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier, Event
from typing import Any, Generic, TypeVar

from django.db import connection

from core.database import live_deadline_seconds, response_deadline
from core.errors import ApiError
from core.process_tuning import with_large_stack_chunk

# --- Reads on request --------------------------------------------------------------------------------


R = TypeVar("R")

# Reads are short and many wait for few: more threads would only queue at the database instead of here.
READER_THREADS = 3

_readers = ThreadPoolExecutor(max_workers=READER_THREADS, thread_name_prefix="realtime-read")


async def run_in_reader(read: Callable[..., R], *args: Any) -> R:
    """Runs a read in one of the reader threads."""
    return await asyncio.get_running_loop().run_in_executor(_readers, _released, read, args)


class CoalescedReads:
    """Callers that need the same value wait for one read: for thousands that come back together it runs once.

    A read is shared only until it begins, so no caller gets a state from before its call.
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
            waiting = self._waiting[key] = asyncio.ensure_future(run_in_reader(begin))
            waiting.add_done_callback(lambda read: self._has_ended(key, read))
        result: R = await asyncio.shield(waiting)  # one who goes must not take the others' read along
        return result

    def _has_ended(self, key: Hashable, read: asyncio.Future[Any]) -> None:
        if self._waiting.get(key) is read:  # it never began
            del self._waiting[key]
        if not read.cancelled():
            read.exception()  # all who waited for it may be gone


@with_large_stack_chunk
def _released(read: Callable[..., R], args: tuple[Any, ...]) -> R:
    try:
        with response_deadline(live_deadline_seconds()):
            result = read(*args)
    except BaseException as error:
        is_rejection = isinstance(error, ApiError) and error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if not is_rejection or connection.vendor != "sqlite":
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


# --- Poller of the event log -------------------------------------------------------------------------


# Polling SQLite costs a quarter of a millisecond, most of it for waking up. PostgreSQL has no such query:
# it is read right away.
SQLITE_POLL_SECONDS, POLL_SECONDS = 0.25, 0.4
# So much longer it waits where SQLite has changed and nothing was new: hints had announced it, and while they
# do that, this need not poll so often. Writes of other processes are still noticed within a second.
REST_SECONDS = 0.5
# After so many polls without news the event loop gets control: the poller may no longer be needed.
LOOKS = 10

N = TypeVar("N")


class LogPoller(Generic[N]):
    """Calls `read_news` in its thread when the database may have changed. On SQLite it keeps a connection."""

    def __init__(self, read_news: Callable[[], N | None]) -> None:
        self._read_news = read_news
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="realtime-watch")
        self._is_closed = Event()
        self._is_sqlite = connection.vendor == "sqlite"
        # SQLite's sign of change, which counts for one connection alone.
        self._version: int | None = None
        self._rest_seconds = 0.0

    async def news(self) -> N | None:
        """Waits for news, at most for some seconds; None when there was none."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._wait)

    def look_again(self) -> None:
        """What was read lacks something. From any thread."""
        self._version = None

    async def close(self) -> None:
        """Ends the thread, and every wait for news."""
        self._is_closed.set()
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: connection.close())
        self._thread.shutdown(wait=False)

    def _wait(self) -> N | None:
        seconds = SQLITE_POLL_SECONDS if self._is_sqlite else POLL_SECONDS
        for _ in range(LOOKS):
            if self._is_closed.wait(seconds + self._rest_seconds):
                return None
            if (news := self._look()) is not None:
                return news
        return None

    def _look(self) -> N | None:
        try:
            with response_deadline(live_deadline_seconds()):
                has_changed = self._may_have_changed()
                news = self._read_news() if has_changed else None
        except BaseException:
            connection.close()  # it may be the connection itself that failed
            self._version = None
            raise
        if self._is_sqlite:
            self._rest_seconds = REST_SECONDS if has_changed and news is None else 0.0
        else:
            connection.close()  # back to the pool
        return news

    def _may_have_changed(self) -> bool:
        if not self._is_sqlite:
            return True
        connection.ensure_connection()
        # Past Django's cursor, which costs several times as much as the question.
        (version,) = connection.connection.execute("PRAGMA data_version").fetchone()
        last, self._version = self._version, version
        return last != self._version
