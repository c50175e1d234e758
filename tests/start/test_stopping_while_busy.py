"""Stopping while an answer is still being made: it is waited for, but not for ever."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.conftest import StartServer
from tests.processes import TuttiServer

HUNG = 1
IMPATIENT = 130
WAIT_SECONDS = 10
# So many looks in a row that see the same.
SETTLED = 20

pytestmark = pytest.mark.parametrize("size", ["embedded"], indirect=True)


@pytest.fixture
def server(start_server: StartServer) -> TuttiServer:
    return start_server()


@pytest.fixture
def lock(server: TuttiServer) -> Iterator[sqlite3.Connection]:
    """Holds the database's only write lock, so that every write of the server waits."""
    connection = sqlite3.connect(server.data_folder / "db.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.fixture
def write(server: TuttiServer, lock: sqlite3.Connection) -> Iterator[Future[httpx.Response]]:
    """A write that has arrived and waits for the lock."""
    httpx.get(f"{server.base_url}/api/rooms/")  # whatever begins with the first request has begun
    idle_threads = threads_when_idle(server)
    with ThreadPoolExecutor() as threads:
        write = threads.submit(httpx.post, f"{server.base_url}/api/rooms/", json={"name": "Late"}, timeout=30)
        wait_until(lambda: threads_of(server) > idle_threads)
        yield write


def threads_of(server: TuttiServer) -> int:
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


def threads_when_idle(server: TuttiServer) -> int:
    """The number that it settles at: the thread of an answer ends a moment after the answer."""
    seen = [threads_of(server)]
    while len(seen) < SETTLED or len(set(seen[-SETTLED:])) > 1:
        time.sleep(0.01)
        seen.append(threads_of(server))
    return seen[-1]


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def begin_to_stop(server: TuttiServer) -> None:
    os.kill(server.pid, signal.SIGTERM)
    wait_until(lambda: "Stopping" in server.log)


def test_an_answer_in_progress_is_finished(
    server: TuttiServer, lock: sqlite3.Connection, write: Future[httpx.Response]
):
    begin_to_stop(server)
    lock.execute("ROLLBACK")

    assert write.result().status_code == 201
    assert server.wait() == 0


def test_a_second_signal_stops_at_once(server: TuttiServer, write: Future[httpx.Response]):
    begin_to_stop(server)
    begin = time.monotonic()
    os.kill(server.pid, signal.SIGTERM)

    assert server.wait() == IMPATIENT
    assert time.monotonic() - begin < 1
    assert isinstance(write.exception(), httpx.TransportError)


def test_what_hangs_does_not_hold_it_up_for_ever(server: TuttiServer, write: Future[httpx.Response]):
    begin_to_stop(server)

    assert server.wait() == HUNG
    assert "took too long" in server.log
    assert isinstance(write.exception(), httpx.TransportError)
