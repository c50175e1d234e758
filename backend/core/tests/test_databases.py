"""Writers of one process wait in order on SQLite; several reads see one snapshot."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.db import connection as own_connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from core import database as connections
from core.database import consistent_read
from core.sqlite.base import FairLock, _locks
from core.tests.notes import Note

PATIENCE_SECONDS = 10


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as threads:
        yield threads


def waits_for_lock(
    lock: FairLock, ahead: int, work: Callable[[], Any], pool: ThreadPoolExecutor
) -> Future[Any]:
    """Starts the work in a thread; returns when it waits behind `ahead` others."""
    future = pool.submit(work)
    while len(lock._waiting) <= ahead:
        assert not future.done(), future.result()
    return future


# --- The lock ---------------------------------------------------------------------------------------


def test_waiting_threads_get_the_lock_in_order(pool):
    lock, order = FairLock(), []

    def take_lock(number: int) -> None:
        assert lock.acquire(PATIENCE_SECONDS)
        order.append(number)
        lock.release()

    assert lock.acquire(0)
    waiting = [waits_for_lock(lock, number, partial(take_lock, number), pool) for number in range(20)]
    lock.release()
    for future in waiting:
        future.result()
    assert order == list(range(20))


def test_threads_that_timed_out_are_skipped(pool):
    lock = FairLock()
    assert lock.acquire(0)
    assert not pool.submit(lock.acquire, 0.01).result()
    patient = waits_for_lock(lock, 0, lambda: lock.acquire(PATIENCE_SECONDS), pool)
    lock.release()
    assert not lock.acquire(0)
    assert patient.result()
    lock.release()
    assert lock.acquire(0)


def test_one_thread_at_a_time_has_the_lock(pool):
    """Also if many give up at the moment at which they get it."""
    lock, barrier = FairLock(), threading.Barrier(20)
    inside: list[None] = []

    def acquire_and_release() -> int:
        barrier.wait()
        taken = 0
        for _ in range(200):
            if lock.acquire(0.0001):
                inside.append(None)
                assert len(inside) == 1
                inside.pop()
                lock.release()
                taken += 1
        return taken

    assert sum(future.result() for future in [pool.submit(acquire_and_release) for _ in range(20)]) > 0
    assert lock.acquire(0)


# --- The connection ---------------------------------------------------------------------------------


@pytest.fixture
def handler(tmp_path: Path) -> ConnectionHandler:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0.05, "init_command": "PRAGMA journal_mode=WAL"}
    database = {"ENGINE": "core.sqlite", "NAME": str(tmp_path / "own.sqlite3"), "OPTIONS": options}
    return ConnectionHandler({"default": database})


@pytest.fixture
def connect(handler: ConnectionHandler, django_db_blocker) -> Iterator[Callable[[], BaseDatabaseWrapper]]:
    """Each call gives another connection, as each thread has one."""
    opened = []

    def connect() -> BaseDatabaseWrapper:
        opened.append(handler.create_connection("default"))
        opened[-1].inc_thread_sharing()
        opened[-1].ensure_connection()
        return opened[-1]

    with django_db_blocker.unblock():  # it is no database of Django's
        yield connect
        for connection in opened:
            connection.close()


def test_a_second_connection_leaves_the_first_its_locks(connect, tmp_path: Path):
    """Else another process takes itself for the last one, and removes the log that is still written to."""
    first = connect().cursor()
    first.execute("CREATE TABLE notes (id INTEGER)")
    connect()
    command = (
        "import sqlite3; other = sqlite3.connect('own.sqlite3'); "
        "other.execute('INSERT INTO notes VALUES (1)'); other.commit(); other.close()"
    )
    subprocess.run([sys.executable, "-c", command], cwd=tmp_path, check=True)  # noqa: S603 - our own command
    assert (tmp_path / "own.sqlite3-wal").exists()
    assert first.execute("SELECT id FROM notes").fetchall() == [(1,)]


def test_the_checkpoint_waits_for_an_ending_read(connect, monkeypatch, tmp_path: Path):
    writer, log = connect(), tmp_path / "own.sqlite3-wal"
    writer.cursor().execute("CREATE TABLE notes (id INTEGER)")
    with closing(sqlite3.connect(tmp_path / "own.sqlite3", check_same_thread=False)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT id FROM notes").fetchall()
        writer.cursor().execute("INSERT INTO notes VALUES (1)")
        monkeypatch.setattr(connections, "connection", writer)
        ending = threading.Timer(0.2, reader.rollback)
        ending.start()
        connections.checkpoint_database()
        ending.join()
    assert log.stat().st_size == 0


def begin(connection: BaseDatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection: BaseDatabaseWrapper, how: str) -> None:
    getattr(connection, how)()
    connection.set_autocommit(True)


@pytest.mark.parametrize("how", ["commit", "rollback", "close"])
def test_a_transaction_has_the_lock_until_its_end(connect, how: str):
    ada, bo = connect(), connect()
    begin(ada)
    with pytest.raises(OperationalError, match="locked"):
        begin(bo)
    if how == "close":
        ada.close()
    else:
        end(ada, how)
    begin(bo)
    end(bo, "commit")


def test_a_transaction_ends_with_its_connection_also_with_an_unfinished_read(connect):
    ada, bo = connect(), connect()
    begin(ada)
    unfinished = ada.connection.execute("SELECT 1 UNION SELECT 2")
    assert next(unfinished) == (1,)
    ada.close()
    begin(bo)
    end(bo, "commit")


def test_failed_transactions_release_the_lock(connect, handler, monkeypatch):
    ada = connect()
    name = handler.settings["default"]["NAME"]
    with closing(sqlite3.connect(name, isolation_level=None)) as another_process:
        another_process.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            begin(ada)
    assert _locks[name].acquire(0)
    _locks[name].release()

    monkeypatch.setattr(transaction, "get_connection", lambda using=None: ada)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _ = 1 / 0
    assert _locks[name].acquire(0)
    _locks[name].release()


# --- Several reads see one moment, and no writer waits for them --------------------------------------


def elsewhere(work: Callable[[], object]) -> object:
    """Does it on a connection of its own and waits for its commit, 5 seconds at most."""

    def run() -> object:
        try:
            return work()
        finally:
            own_connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=5)


def texts() -> list[str]:
    return list(Note.objects.order_by("text").values_list("text", flat=True))


def test_a_read_transaction_sees_no_concurrent_write_and_blocks_none(stored_notes):
    Note(text="a").save()
    with consistent_read():
        assert texts() == ["a"]
        elsewhere(lambda: Note(text="b").save())
        assert texts() == ["a"]
    assert texts() == ["a", "b"]


def test_a_connection_is_usable_after_an_error(stored_notes):
    with pytest.raises(ZeroDivisionError), consistent_read():
        _ = 1 / len(texts())
    with transaction.atomic():
        Note(text="a").save()
        with consistent_read():
            assert texts() == ["a"]
        Note(text="b").save()
    assert texts() == ["a", "b"]
