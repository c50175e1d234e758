"""Stopping by a signal; while a response is still being made it is waited for, but not for ever."""

import os
import signal
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ClassVar

import httpx
import pytest

from tests.conftest import PreparedData, StartServer
from tests.live.test_waiting_costs import threads_of
from tests.malformed.short_timeouts import PatientServer
from tests.processes import TuttiServer
from tests.services import wait_for

HUNG = 1
IMPATIENT = 130
# So many looks in a row that see the same.
SETTLED = 20

pytestmark = pytest.mark.parametrize("size", ["embedded"], indirect=True)


class HastilyStopping(PatientServer):
    """It gives answers, and then the rest of the process, half a second each to end; the usual one 3."""

    clocks: ClassVar[dict[str, float]] = {
        "server.daphne.DRAIN_SECONDS": 0.5,
        "server.daphne.LAST_SECONDS": 0.5,
    }


@pytest.fixture
def server(
    request: pytest.FixtureRequest, start_server: StartServer, prepared_data: PreparedData
) -> Iterator[TuttiServer]:
    if not hasattr(request, "param"):
        yield start_server()
        return
    with request.param(**prepared_data.options("embedded")) as stopping:
        yield stopping


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
    # It is the first request of this server, and so the first thread for requests is its own.
    idle_threads = threads_when_idle(server)
    with ThreadPoolExecutor() as threads:
        write = threads.submit(
            httpx.post, f"{server.base_url}/api/guests/", json={"name": "Late"}, timeout=30
        )
        wait_for(lambda: threads_of(server) > idle_threads)
        yield write


def threads_when_idle(server: TuttiServer) -> int:
    """The number that it settles at, once all that a start begins has begun."""
    seen: deque[int] = deque(maxlen=SETTLED)
    wait_for(lambda: seen.append(threads_of(server)), lambda _: seen.count(seen[-1]) == SETTLED)
    return seen[-1]


def begin_to_stop(server: TuttiServer) -> None:
    os.kill(server.pid, signal.SIGTERM)
    wait_for(lambda: "Shutting down" in server.log)


def test_an_interrupt_is_a_graceful_shutdown_and_frees_the_port_immediately(server: TuttiServer):
    with server.client() as client:
        client.get("/api/health/live")
        port = server.port
        os.kill(server.pid, signal.SIGINT)

        assert server.wait() == 0
        server.start()

    assert server.port == port
    assert "Traceback" not in server.log


def test_a_response_in_progress_is_completed(
    server: TuttiServer, lock: sqlite3.Connection, write: Future[httpx.Response]
):
    begin_to_stop(server)
    lock.execute("ROLLBACK")

    assert write.result().status_code == 201
    assert server.wait() == 0


def test_a_second_signal_stops_immediately(server: TuttiServer, write: Future[httpx.Response]):
    begin_to_stop(server)
    begin = time.monotonic()
    os.kill(server.pid, signal.SIGTERM)

    assert server.wait() == IMPATIENT
    assert time.monotonic() - begin < 1
    assert isinstance(write.exception(), httpx.TransportError)


@pytest.mark.parametrize("server", [HastilyStopping], indirect=True)
def test_a_hanging_request_delays_the_shutdown_for_a_limited_time(
    server: TuttiServer, write: Future[httpx.Response]
):
    begin_to_stop(server)

    assert server.wait() == HUNG
    assert "Timed out notifying" in server.log
    assert isinstance(write.exception(), httpx.TransportError)
