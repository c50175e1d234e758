"""Looks for news in the database, in a thread of its own: the event loop is woken only when there is some."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Generic, TypeVar

from django.db import connection

from core.connections import live_deadline_seconds, response_deadline

# Asking SQLite costs a quarter of a millisecond, most of it for waking up. PostgreSQL knows no such question:
# it is read right away.
SQLITE_SECONDS, OTHER_SECONDS = 0.25, 0.4
# So much longer it waits where SQLite has changed and nothing was new: hints had told of it, and while they
# do that, this need not look so often. Who writes elsewhere is still heard within a second.
REST_SECONDS = 0.5
# After so many looks in vain the loop is told so, which may have found that nobody needs the watch any more.
LOOKS = 10

N = TypeVar("N")


class DatabaseWatch(Generic[N]):
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
        """Ends the thread, and with it whoever waits."""
        self._is_closed.set()
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: connection.close())
        self._thread.shutdown(wait=False)

    def _wait(self) -> N | None:
        seconds = SQLITE_SECONDS if self._is_sqlite else OTHER_SECONDS
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
