"""Batched checks have the same effect as Daphne's checks of all connections."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import daphne.server
import pytest
import time_machine
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from hypothesis import example, given
from hypothesis import strategies as st

from server import daphne as own_daphne
from server.daphne import CHECK_BATCHES, BatchedChecksServer

CLOSE_SECONDS = 10
# The offset of the next request's number on the same connection.
NEXT = 10
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOCKETS = 40


class Clock:
    """An event loop and reactor without timers: the tests make the calls."""

    def __init__(self) -> None:
        self.later: list[tuple[float, Any]] = []

    def call_later(self, seconds: float, what: Any) -> None:
        self.later.append((seconds, what))

    callLater = call_later  # noqa: N815 - Twisted's name


@pytest.fixture(autouse=True, scope="module")
def stopped_clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(daphne.server, "reactor", Clock())
        patch.setattr(own_daphne, "twisted_loop", Clock())
        yield


class Socket(WebSocketProtocol):  # type: ignore[misc]
    """Records the server's calls."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.failures: list[str] = []
        self.looks = 0
        # Called after a failure of its application: the connection may have another request.
        self.on_failure: Callable[[], None] = lambda: None

    def check_timeouts(self) -> None:
        self.looks += 1

    def handle_exception(self, exception: BaseException) -> None:
        self.failures.append(str(exception))
        self.on_failure()

    def __repr__(self) -> str:
        return f"<Socket {self.number}>"


def made(kind: type[Server]) -> Any:
    """A server that does not run, with empty connections."""
    server = kind(application=None, endpoints=["tcp:0"], application_close_timeout=CLOSE_SECONDS)
    server.connections = {}
    return server


class World:
    """One server, its sockets and their applications."""

    def __init__(self, kind: type[Server], loop: asyncio.AbstractEventLoop) -> None:
        self.server = made(kind)
        self._loop = loop
        self._sockets: dict[int, Socket] = {}
        self._applications: dict[int, asyncio.Future[None]] = {}
        self._gone: set[int] = set()

    def connect(self, number: int) -> None:
        if number not in self._sockets:
            self._sockets[number] = Socket(number)
            self._sockets[number].on_failure = lambda: self.connect(number + NEXT)
            self.server.protocol_connected(self._sockets[number])

    def start(self, number: int) -> None:
        if number in self._sockets and number not in self._applications and number not in self._gone:
            self._applications[number] = self._loop.create_future()
            details = self.server.connections[self._sockets[number]]
            details["application_instance"] = self._applications[number]
            if isinstance(self.server, BatchedChecksServer):
                self.server.watch_application(self._sockets[number])

    def finish(self, number: int) -> None:
        if number in self._applications and not self._applications[number].done():
            self._applications[number].set_result(None)

    def fail(self, number: int) -> None:
        if number in self._applications and not self._applications[number].done():
            self._applications[number].set_exception(ValueError(f"of {number}"))

    def disconnect(self, number: int) -> None:
        if number in self._sockets and number not in self._gone:
            self._gone.add(number)
            self.server.protocol_disconnected(self._sockets[number])

    def look(self, _: int) -> None:
        self.server.application_checker()

    def seen(self) -> dict[str, Any]:
        return {
            "kept": {socket.number for socket in self.server.connections},
            "failures": {number: socket.failures for number, socket in self._sockets.items()},
            "cancelled": {number for number, one in self._applications.items() if one.cancelled()},
        }


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["connect", "start", "finish", "fail", "disconnect", "look", "look", "wait"]),
        st.sampled_from([0, 1, NEXT]),
    ),
    max_size=30,
)
FAILED = [(doing, 0) for doing in ("connect", "start", "fail", "look")]
GONE_TOO_LONG = [(doing, 0) for doing in ("connect", "start", "disconnect", "look", "wait", "look")]


@given(steps=STEPS)
@example(steps=GONE_TOO_LONG)
@example(steps=FAILED)
def test_batched_checks_close_the_same_connections_as_daphne(steps):
    loop = asyncio.new_event_loop()
    with time_machine.travel(NOON, tick=False) as clock:
        worlds = [World(Server, loop), World(BatchedChecksServer, loop)]
        for doing, number in [*steps, ("look", 0), ("look", 0)]:
            if doing == "wait":
                clock.shift(timedelta(seconds=CLOSE_SECONDS + 1))
                continue
            for world in worlds:
                getattr(world, doing)(number)
            loop.run_until_complete(asyncio.sleep(0))
            daphnes, ours = (world.seen() for world in worlds)
            assert ours == daphnes
    loop.close()


@pytest.fixture
def server() -> BatchedChecksServer:
    fresh: BatchedChecksServer = made(BatchedChecksServer)
    return fresh


def test_an_idle_connection_is_not_checked(server):
    class Untouched(dict[str, Any]):
        def get(self, *_: Any) -> Any:
            raise AssertionError("it was checked")

    quiet, gone = Socket(1), Socket(2)
    for socket in (quiet, gone):
        server.protocol_connected(socket)
    server.connections[quiet] = Untouched()
    server.protocol_disconnected(gone)
    server.application_checker()
    assert set(server.connections) == {quiet}


def test_each_socket_is_checked_once_per_round_until_it_disconnects(server):
    *sockets, gone = [Socket(number) for number in range(SOCKETS + 1)]
    for socket in (*sockets, gone):
        server.protocol_connected(socket)
    server.protocol_disconnected(gone)
    looks = []
    for _ in range(CHECK_BATCHES):
        before = sum(socket.looks for socket in sockets)
        server.timeout_checker()
        looks.append(sum(socket.looks for socket in sockets) - before)
    assert {socket.looks for socket in sockets} == {1}
    assert gone.looks == 0
    assert max(looks) < SOCKETS // 2, "most of them are in the same batch"
