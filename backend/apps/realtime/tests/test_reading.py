"""Reads for the event loop: in a few threads that hold no connection longer than they have to."""

import asyncio
import threading

import pytest
from django.db import connection, connections

from apps.realtime import reading
from apps.realtime.reading import (
    READER_THREADS,
    DatabaseWatch,
    close_reader_connections,
    in_reader,
    in_watcher,
)
from apps.realtime.tests.boards import append
from apps.realtime.tests.listening import in_database, until

pytestmark = pytest.mark.usefixtures("readers")


def is_connected() -> bool:
    connection.ensure_connection()
    return connection.connection is not None


def holds_connection() -> bool:
    return connection.connection is not None


async def test_a_read_runs_in_a_thread_of_its_own_and_gives_its_result_back():
    assert await in_reader(lambda number: (number, threading.current_thread().name[:13]), 5) == (
        5,
        "realtime-read",
    )
    assert await in_watcher(lambda: threading.current_thread().name) == "realtime-watch_0"


async def test_an_error_of_a_read_comes_back_and_its_connection_is_given_up():
    def fail() -> None:
        assert is_connected()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_watcher(fail)
    assert await in_watcher(holds_connection) is False


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
    await in_watcher(is_connected)
    assert await in_watcher(holds_connection) is False


async def test_closing_closes_what_each_reader_thread_holds():
    barrier = threading.Barrier(READER_THREADS)

    def connect() -> None:
        barrier.wait(10)
        is_connected()

    def look() -> bool:
        barrier.wait(10)
        return holds_connection()

    await asyncio.gather(*(in_reader(connect) for _ in range(READER_THREADS)))
    await in_watcher(is_connected)

    def close_from_elsewhere() -> bool:
        is_connected()
        close_reader_connections()
        is_kept = holds_connection()
        connection.close()
        return is_kept

    assert await asyncio.to_thread(close_from_elsewhere) is True
    futures = [reading._readers.submit(look) for _ in range(READER_THREADS)]
    assert [future.result(timeout=10) for future in futures] == [False] * READER_THREADS
    assert reading._watcher.submit(holds_connection).result(timeout=10) is False


async def test_the_watch_tells_a_change_of_another_connection_once(stored_board):
    watch = DatabaseWatch()
    if connection.vendor != "sqlite":
        assert [await in_watcher(watch.has_changed) for _ in range(2)] == [True, True]
        return
    await in_watcher(watch.has_changed)
    assert await in_watcher(watch.has_changed) is False
    await in_database(append, stored_board.pk, "a")
    assert await in_watcher(watch.has_changed) is True
    assert await in_watcher(watch.has_changed) is False


def test_a_watch_that_was_never_asked_says_that_something_may_have_changed(stored_board):
    assert DatabaseWatch().has_changed()


def test_the_watch_looks_often_enough():
    assert 0 < DatabaseWatch().interval_seconds < 2
