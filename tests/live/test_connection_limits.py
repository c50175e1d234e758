"""A server with as many connections as it can hold: who is there stays, requests and writes go on."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.conftest import ReadyMadeData, Size, StartServer
from tests.contract.sockets import Closed, Socket
from tests.live.conftest import only_embedded
from tests.live.metrics import numbers, wait_until
from tests.live.raw_sockets import HANDSHAKE
from tests.live.rooms import new_room, queued
from tests.processes import TuttiServer

FILES = 160
# What core.capacity leaves of so many files, and a tenth of that for requests.
CONNECTIONS, LIVE = 64, 58
TOLD_TOGETHER = 32
SOURCES = [f"127.7.0.{number}" for number in range(1, 4)]


RUN = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}))
from config import server
sys.exit(server.main())
"""


class ServerOfFewFiles(TuttiServer):
    def _command(self) -> list[str]:
        return [sys.executable, "-c", RUN, *self._arguments]


@pytest.fixture
def small(ready_made_data: ReadyMadeData, size: Size) -> Iterator[ServerOfFewFiles]:
    with ServerOfFewFiles(**ready_made_data.options(size)) as server:
        yield server


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def joined(server: TuttiServer, room: str) -> Socket | None:
    """None where it was closed with 4429."""
    try:
        return Socket.of_room(server.base_url, room)
    except Closed as end:
        if (end.code, end.frames) == (4429, []):
            return None
        raise


def silent(server: TuttiServer, opened: ExitStack, source: str = "127.0.0.1") -> socket.socket:
    address = ("127.0.0.1", server.port)
    return opened.enter_context(socket.create_connection(address, 10, source_address=(source, 0)))


def has_ended(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def assert_it_serves(server: TuttiServer, room: str, item_id: int, value: int) -> None:
    with server.client() as http:
        assert http.get("/api/health/ready").json()["status"] == "ok"
        vote = http.post(f"/api/rooms/{room}/playlist/{item_id}/vote/", json={"value": value})
        assert vote.status_code == 200, vote.text
        assert http.get(f"/api/rooms/{room}/playlist/").json()[0]["votes"] == value


def assert_full(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.json()["error"]["code"] == "UNAVAILABLE"
    assert answer.headers["Retry-After"] == "30"


def test_sockets_leave_room_for_requests_and_writes(small: ServerOfFewFiles, opened: ExitStack) -> None:
    room = new_room(small)
    item_id = queued(small, room)

    sockets = [joined(small, room) for _ in range(FILES)]
    held = [opened.enter_context(one) for one in sockets if one]

    assert [bool(one) for one in sockets] == [True] * LIVE + [False] * (FILES - LIVE)
    assert_it_serves(small, room, item_id, 1)
    for one in held:
        one.next("track.voted")
    with small.client() as http:
        assert_full(http.get(f"/api/rooms/{room}/playlist/stream/"))
        at = held[0].frames[-1]
        assert_full(
            http.get(
                f"/api/rooms/{room}/playlist/events/",
                params={"epoch": at["epoch"], "since": at["seq"], "wait": 5},
            )
        )
    told = numbers(small)
    assert told['tutti_connections_refused_total{why="full"}'] == FILES - LIVE + 2
    assert LIVE < told["tutti_open_connections"] <= CONNECTIONS
    held[0].__exit__()
    wait_until(lambda: joins_and_leaves(small, room))


def joins_and_leaves(server: TuttiServer, room: str) -> bool:
    one = joined(server, room)
    if one:
        one.__exit__()
    return one is not None


@only_embedded
def test_silent_connections_of_one_address_push_out_each_other(
    small: ServerOfFewFiles, opened: ExitStack
) -> None:
    room = new_room(small)
    item_id = queued(small, room)
    held = opened.enter_context(Socket.of_room(small.base_url, room))
    waiting = opened.enter_context(
        httpx.Client(base_url=small.base_url, transport=httpx.HTTPTransport(local_address=SOURCES[0]))
    )
    assert waiting.get("/api/health/live").status_code == 200
    kept = waiting._transport._pool.connections  # type: ignore[attr-defined]
    before = list(kept)

    lines = [silent(small, opened, SOURCES[1]) for _ in range(FILES + 50)]

    assert_it_serves(small, room, item_id, 1)
    held.next("track.voted")
    assert waiting.get("/api/health/live").status_code == 200
    assert waiting._transport._pool.connections == before  # type: ignore[attr-defined]
    assert has_ended(lines[0])
    told = numbers(small)
    assert told["tutti_open_connections"] == CONNECTIONS
    assert told['tutti_connections_refused_total{why="silent"}'] >= FILES + 50 - CONNECTIONS


@only_embedded
def test_who_finds_nobody_to_make_room_is_told(start_server: StartServer, opened: ExitStack) -> None:
    """A socket that is refused, and lingers without a word, has the only place."""
    server = start_server(environment={"MAX_CONNECTIONS": "1"})
    lingering = silent(server, opened)
    lingering.sendall(HANDSHAKE.format(path="/ws/playlist/", host=f"127.0.0.1:{server.port}").encode())
    got = b""
    while not got.endswith((4429).to_bytes(2)):
        got += lingering.recv(1000)
    many = [silent(server, opened) for _ in range(TOLD_TOGETHER - 1)]
    with server.client() as http:
        assert_full(http.get("/api/health/live"))
    with contextlib.suppress(ConnectionResetError):
        many += [silent(server, opened) for _ in range(2)]
    assert has_ended(many[-1])
    lingering.close()

    def is_served() -> bool:
        with contextlib.suppress(httpx.TransportError), server.client() as http:
            return http.get("/api/health/live").status_code == 200
        return False

    wait_until(is_served)
    told = numbers(server)
    assert told['tutti_connections_refused_total{why="untold"}'] >= 1
    assert told['tutti_connections_refused_total{why="full"}'] >= TOLD_TOGETHER


@only_embedded
def test_what_an_address_and_a_socket_may_is_set(start_server: StartServer, opened: ExitStack) -> None:
    environment = {
        "MAX_CONNECTIONS_PER_ADDRESS": "3",
        "SOCKET_FRAMES_PER_SECOND": "0.5",
        "SOCKET_MAX_FRAME_BYTES": "2000",
    }
    server = start_server(environment=environment, rate_limit_factor="1")
    room = new_room(server)
    sockets = [joined(server, room) for _ in range(4)]
    held = [opened.enter_context(one) for one in sockets if one]

    assert [bool(one) for one in sockets] == [True] * 3 + [False]
    assert "3 of one address" in server.log
    for _ in range(5):
        held[0].ping()
    error = held[0].ask({"type": "ping"}, "error", "pong")
    assert error["payload"]["code"] == "RATE_LIMITED"
    assert held[1].ask("x" * 2000, "error")["payload"]["code"] == "MALFORMED_JSON"
    held[1].send("x" * 2001)
    assert held[1].close_code() == 4408
    told = numbers(server)
    assert told["tutti_frames_too_large_total"] == 1
    assert told['tutti_connections_refused_total{why="address"}'] == 1
