"""Reads for the event loop: in a few threads that hold no connection longer than they have to."""

import asyncio
import threading

import pytest
from django.db import connection, connections

from apps.realtime import reading
from apps.realtime.reading import READER_THREADS, SharedReads, close_reader_connections, in_reader
from apps.realtime.tests.listening import until

pytestmark = pytest.mark.usefixtures("readers")


def is_connected() -> bool:
    connection.ensure_connection()
    return connection.connection is not None


def holds_connection() -> bool:
    return connection.connection is not None


async def test_an_error_of_a_read_comes_back_and_its_connection_is_given_up():
    def fail() -> None:
        assert is_connected()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_reader(fail)
    assert [await in_reader(holds_connection) for _ in range(READER_THREADS)] == [False] * READER_THREADS


async def test_no_more_reads_run_at_once_than_there_are_threads():
    release, running = threading.Event(), []

    def read() -> None:
        running.append(threading.current_thread().name)
        assert release.wait(10)

    reads = [asyncio.create_task(in_reader(read)) for _ in range(10)]
    await until(lambda: len(running) >= READER_THREADS)
    await asyncio.sleep(0)
    assert len(running) == READER_THREADS
    release.set()
    await asyncio.gather(*reads)
    assert len(set(running)) == READER_THREADS


async def test_between_reads_postgresql_s_connection_is_given_back(monkeypatch):
    monkeypatch.setattr(type(connections["default"]), "vendor", "postgresql")
    await in_reader(is_connected)
    assert [await in_reader(holds_connection) for _ in range(READER_THREADS)] == [False] * READER_THREADS


async def test_closing_closes_what_each_reader_thread_holds():
    barrier = threading.Barrier(READER_THREADS)

    def connect() -> None:
        barrier.wait(10)
        is_connected()

    def look() -> bool:
        barrier.wait(10)
        return holds_connection()

    await asyncio.gather(*(in_reader(connect) for _ in range(READER_THREADS)))

    def close_from_elsewhere() -> bool:
        is_connected()
        close_reader_connections()
        is_kept = holds_connection()
        connection.close()
        return is_kept

    assert await asyncio.to_thread(close_from_elsewhere) is True
    futures = [reading._readers.submit(look) for _ in range(READER_THREADS)]
    assert [future.result(timeout=10) for future in futures] == [False] * READER_THREADS


# --- Reads that are shared ---------------------------------------------------------------------------


class SlowReads:
    """Keeps every thread busy, so that what is asked for meanwhile has not begun."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.begun = 0

    def _hold(self) -> None:
        assert self.release.wait(10)

    def occupy(self) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(in_reader(self._hold)) for _ in range(READER_THREADS)]

    def count(self) -> int:
        self.begun += 1
        return self.begun


async def test_all_who_ask_before_a_read_begins_get_that_one():
    slow, reads = SlowReads(), SharedReads()
    busy = slow.occupy()
    together = [asyncio.create_task(reads.get("top", slow.count)) for _ in range(100)]
    other = asyncio.create_task(reads.get("other", lambda: "other"))
    await asyncio.sleep(0)
    slow.release.set()
    assert await asyncio.gather(*together) == [1] * 100
    assert await other == "other"
    assert await reads.get("top", slow.count) == 2, "who asks later is told what is so later"
    await asyncio.gather(*busy)


async def test_a_read_that_has_begun_is_not_shared():
    slow, reads = SlowReads(), SharedReads()

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


async def test_who_goes_does_not_take_the_others_read_along():
    slow, reads = SlowReads(), SharedReads()
    busy = slow.occupy()
    first = asyncio.create_task(reads.get("top", slow.count))
    second = asyncio.create_task(reads.get("top", slow.count))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    slow.release.set()
    assert await second == 1
    await asyncio.gather(*busy)


async def test_an_error_comes_to_all_who_share_it():
    slow, reads = SlowReads(), SharedReads()
    busy = slow.occupy()

    def fail() -> int:
        raise ZeroDivisionError

    together = [asyncio.create_task(reads.get("top", fail)) for _ in range(3)]
    await asyncio.sleep(0)
    slow.release.set()
    found = await asyncio.gather(*together, return_exceptions=True)
    assert [type(error) for error in found] == [ZeroDivisionError] * 3
    assert await reads.get("top", slow.count) == 1
    await asyncio.gather(*busy)
