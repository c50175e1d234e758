"""The watch tells of what other connections have changed, and ends when it is closed."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from django.db import OperationalError, connection

from apps.realtime import watch as module
from apps.realtime.tests.boards import append
from apps.realtime.tests.listening import PATIENCE_SECONDS, in_database
from apps.realtime.watch import DatabaseWatch

only_sqlite = connection.vendor == "sqlite"


@pytest.fixture
def looks() -> list[bool]:
    """Whether a look found news, in order; True unless told otherwise."""
    return []


@pytest.fixture
async def watch(readers: None, looks: list[bool]) -> AsyncIterator[DatabaseWatch[str]]:
    made = DatabaseWatch(lambda: "news" if not looks or looks.pop(0) else None)
    yield made
    await made.close()


async def test_what_was_never_looked_at_may_have_changed(watch):
    assert await watch.news() == "news"


async def test_a_change_of_another_connection_is_told_once(watch, stored_board):
    await watch.news()
    waiting = asyncio.create_task(watch.news())
    await in_database(append, stored_board.pk, "a")
    assert await waiting == "news"
    # Where there is no sign of change, there may always have been one.
    assert await watch.news() == (None if only_sqlite else "news")


async def test_it_goes_on_looking_when_a_change_was_no_news(watch, looks, stored_board, monkeypatch):
    monkeypatch.setattr(module, "LOOKS", 1000)
    looks += [False, True]
    waiting = asyncio.create_task(watch.news())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(looks) == 2:  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0)
        await in_database(append, stored_board.pk, "a")
        assert await waiting == "news"
    assert looks == []


async def test_a_failed_look_gives_its_connection_up_and_the_next_may_find_a_change(watch, monkeypatch):
    await watch.news()

    def fail() -> None:
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(module, "connection", _Broken(fail))
        watch._is_sqlite = True
        with pytest.raises(OperationalError):
            await watch.news()
    watch._is_sqlite = only_sqlite
    assert await watch.news() == "news"


class _Broken:
    """A connection that can't be made."""

    def __init__(self, ensure_connection) -> None:
        self.ensure_connection = ensure_connection

    def close(self) -> None: ...


async def test_who_waits_is_let_go_when_it_is_closed(stored_board, monkeypatch):
    monkeypatch.setattr(module, "SQLITE_SECONDS", PATIENCE_SECONDS * 10)
    monkeypatch.setattr(module, "OTHER_SECONDS", PATIENCE_SECONDS * 10)
    watch = DatabaseWatch(lambda: "news")
    waiting = asyncio.create_task(watch.news())
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await watch.close()
        assert await waiting is None


async def test_its_thread_ends_with_it(stored_board):
    watch = DatabaseWatch(lambda: "news")
    await watch.news()
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("realtime-watch")]
    assert threads
    await watch.close()
    for thread in threads:
        await asyncio.to_thread(thread.join, PATIENCE_SECONDS)
        assert not thread.is_alive()
