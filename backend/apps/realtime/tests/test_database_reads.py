"""Reads for the event loop: in a few threads that hold no connection longer than they have to."""

import asyncio
import threading
from collections.abc import AsyncIterator
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection, connections

from apps.realtime import database_reads as module
from apps.realtime import database_reads as reading
from apps.realtime.database_reads import (
    READER_THREADS,
    CoalescedReads,
    LogPoller,
    close_reader_connections,
    run_in_reader,
)
from apps.realtime.tests.boards import append
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, in_database, until
from core.errors import ApiError, NotFound, Unavailable

pytestmark = pytest.mark.usefixtures("readers")


def is_connected() -> bool:
    connection.ensure_connection()
    return connection.connection is not None


def holds_connection() -> bool:
    return connection.connection is not None


async def test_a_connection_is_released_after_an_error_and_always_on_postgresql(monkeypatch):
    def fail() -> None:
        assert is_connected()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_in_reader(fail)
    assert [await run_in_reader(holds_connection) for _ in range(READER_THREADS)] == [False] * READER_THREADS
    monkeypatch.setattr(type(connections["default"]), "vendor", "postgresql")
    await run_in_reader(is_connected)
    assert [await run_in_reader(holds_connection) for _ in range(READER_THREADS)] == [False] * READER_THREADS


@pytest.mark.skipif(connection.vendor != "sqlite", reason="others are given back after each read")
async def test_only_an_error_of_the_database_server_closes_the_connection():
    """A new one for each rejection took most of the time of a flood."""
    barrier = threading.Barrier(READER_THREADS)

    def end_with(error: ApiError) -> None:
        barrier.wait(10)
        is_connected()
        raise error

    def look() -> bool:
        barrier.wait(10)
        return holds_connection()

    for error, is_kept in ((NotFound("There is no such room."), True), (Unavailable(), False)):
        ended = (run_in_reader(end_with, error) for _ in range(READER_THREADS))
        assert await asyncio.gather(*ended, return_exceptions=True) == [error] * READER_THREADS
        looks = (run_in_reader(look) for _ in range(READER_THREADS))
        assert await asyncio.gather(*looks) == [is_kept] * READER_THREADS


async def test_concurrent_reads_are_limited_by_the_number_of_threads():
    release, running = threading.Event(), []

    def read() -> None:
        running.append(threading.current_thread().name)
        assert release.wait(10)

    reads = [asyncio.create_task(run_in_reader(read)) for _ in range(10)]
    await until(lambda: len(running) >= READER_THREADS)
    await asyncio.sleep(0)
    assert len(running) == READER_THREADS
    release.set()
    await asyncio.gather(*reads)
    assert len(set(running)) == READER_THREADS


async def test_closing_closes_what_each_reader_thread_holds():
    barrier = threading.Barrier(READER_THREADS)

    def connect() -> None:
        barrier.wait(10)
        is_connected()

    def look() -> bool:
        barrier.wait(10)
        return holds_connection()

    await asyncio.gather(*(run_in_reader(connect) for _ in range(READER_THREADS)))

    def close_from_elsewhere() -> bool:
        is_connected()
        close_reader_connections()
        is_kept = holds_connection()
        connection.close()
        return is_kept

    assert await asyncio.to_thread(close_from_elsewhere) is True
    futures = [reading._readers.submit(look) for _ in range(READER_THREADS)]
    assert [future.result(timeout=10) for future in futures] == [False] * READER_THREADS


class SlowReads:
    """Keeps every thread busy, so that what is asked for meanwhile has not begun."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.begun = 0

    def _hold(self) -> None:
        assert self.release.wait(10)

    def occupy(self) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(run_in_reader(self._hold)) for _ in range(READER_THREADS)]

    def count(self) -> int:
        self.begun += 1
        return self.begun


async def test_requests_before_the_start_of_a_read_share_its_result_or_error():
    slow, reads = SlowReads(), CoalescedReads()

    def fail() -> int:
        raise ZeroDivisionError

    busy = slow.occupy()
    together = [asyncio.create_task(reads.get("top", slow.count)) for _ in range(100)]
    others = [asyncio.create_task(reads.get("other", fail)) for _ in range(3)]
    await asyncio.sleep(0)
    slow.release.set()
    assert await asyncio.gather(*together) == [1] * 100
    found = await asyncio.gather(*others, return_exceptions=True)
    assert [type(error) for error in found] == [ZeroDivisionError] * 3
    assert await reads.get("other", lambda: 7) == 7
    assert await reads.get("top", slow.count) == 2, "a later request returns the later state"
    await asyncio.gather(*busy)


async def test_a_read_that_has_begun_is_not_shared():
    slow, reads = SlowReads(), CoalescedReads()

    def read() -> int:
        number = slow.count()
        assert slow.release.wait(10)
        return number

    first = asyncio.create_task(reads.get("top", read))
    await until(lambda: slow.begun == 1)
    second = asyncio.create_task(reads.get("top", read))
    await until(lambda: slow.begun == 2)
    slow.release.set()
    assert (await first, await second) == (1, 2)


async def test_a_cancelled_caller_does_not_cancel_a_shared_read():
    slow, reads = SlowReads(), CoalescedReads()
    busy = slow.occupy()
    first = asyncio.create_task(reads.get("top", slow.count))
    second = asyncio.create_task(reads.get("top", slow.count))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    slow.release.set()
    assert await second == 1
    await asyncio.gather(*busy)


# --- The log poller finds what other connections have changed ------------------------------------------


only_sqlite = connection.vendor == "sqlite"


@pytest.fixture
def looks() -> list[bool]:
    """Whether each poll found news, in order; True by default."""
    return []


@pytest.fixture
async def watch(readers: None, looks: list[bool]) -> AsyncIterator[LogPoller[str]]:
    made = LogPoller(lambda: "news" if not looks or looks.pop(0) else None)
    yield made
    await made.close()


async def test_a_change_of_another_connection_is_reported_once(watch, stored_board):
    assert await watch.news() == "news", "what was never looked at may have changed"
    waiting = asyncio.create_task(watch.news())
    await in_database(append, stored_board.pk, "a")
    assert await waiting == "news"
    # Where there is no sign of change, there may always have been one.
    assert await watch.news() == (None if only_sqlite else "news")


async def test_polling_continues_after_a_change_without_news(watch, looks, stored_board, monkeypatch):
    monkeypatch.setattr(module, "LOOKS", 1000)
    looks += [False, True]
    waiting = asyncio.create_task(watch.news())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(looks) == 2:  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0)
        await in_database(append, stored_board.pk, "a")
        assert await waiting == "news"
    assert looks == []


async def test_a_failed_poll_releases_its_connection_and_the_next_may_find_a_change(watch, monkeypatch):
    await watch.news()
    broken = Mock(**{"ensure_connection.side_effect": OperationalError("away")})
    with monkeypatch.context() as patch:
        patch.setattr(module, "connection", broken)
        watch._is_sqlite = True
        with pytest.raises(OperationalError):
            await watch.news()
    watch._is_sqlite = only_sqlite
    assert broken.close.called
    assert await watch.news() == "news"


async def test_closing_releases_waiting_clients_and_ends_the_thread(stored_board, monkeypatch):
    monkeypatch.setattr(module, "SQLITE_POLL_SECONDS", PATIENCE_SECONDS * 10)
    monkeypatch.setattr(module, "POLL_SECONDS", PATIENCE_SECONDS * 10)
    watch = LogPoller(lambda: "news")
    waiting = asyncio.create_task(watch.news())
    await until(lambda: watch_threads())
    threads = watch_threads()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await watch.close()
        assert await waiting is None
    for thread in threads:
        await asyncio.to_thread(thread.join, PATIENCE_SECONDS)
        assert not thread.is_alive()


def watch_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("realtime-watch")]
