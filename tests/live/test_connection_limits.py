"""A server with as many connections as it can hold: who is there stays, requests and writes go on."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import httpx
import pytest

from tests.conftest import PreparedData, Size, StartServer
from tests.contract.sockets import Closed, Socket
from tests.live.conftest import only_embedded
from tests.live.metrics import numbers
from tests.live.raw_sockets import HANDSHAKE
from tests.live.rooms import new_room, queued
from tests.processes import TuttiServer
from tests.services import wait_for


class Capacity(NamedTuple):
    """What core.process_tuning leaves of so many files for connections, and of those for sockets."""

    files: int
    connections: int
    live: int


CAPACITY, LONG_CAPACITY = Capacity(160, 64, 58), Capacity(256, 160, 144)
MAX_REJECTIONS = 32
MAX_UNREAD_BYTES = 64 * 1024 * 1024
SOURCES = [f"127.7.0.{number}" for number in range(1, 4)]


RUN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
from server import __main__ as server
sys.exit(server.main())
"""


class ServerOfFewFiles(TuttiServer):
    capacity = CAPACITY

    def _command(self) -> list[str]:
        return [sys.executable, "-c", RUN.format(files=self.capacity.files), *self._arguments]


@pytest.fixture
def capacity(pytestconfig: pytest.Config) -> Capacity:
    return LONG_CAPACITY if pytestconfig.getoption("--long") else CAPACITY


@pytest.fixture
def small(prepared_data: PreparedData, size: Size, capacity: Capacity) -> Iterator[ServerOfFewFiles]:
    server = ServerOfFewFiles(**prepared_data.options(size))
    server.capacity = capacity
    with server:
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
        if (end.code, end.messages) == (4429, []):
            return None
        raise


def silent(server: TuttiServer, opened: ExitStack, source: str = "127.0.0.1") -> socket.socket:
    address = ("127.0.0.1", server.port)
    return opened.enter_context(socket.create_connection(address, 10, source_address=(source, 0)))


def unread(server: TuttiServer, opened: ExitStack, source: str) -> socket.socket:
    """Of a client that asks for more than the system holds for it, and takes none of it."""
    line = opened.enter_context(socket.socket())
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    line.bind((source, 0))
    line.settimeout(10)
    line.connect(("127.0.0.1", server.port))
    line.sendall(f"GET /api/openapi.json HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    assert line.recv(1) == b"H"
    return line


def was_cut(line: socket.socket) -> bool:
    """Whether the rest of what it asked for never comes."""
    try:
        while line.recv(65536):
            pass
    except ConnectionResetError:
        return True
    return False


def comes_whole(line: socket.socket, length: int) -> bool:
    got = 0
    with contextlib.suppress(ConnectionResetError):
        while got < length and (part := line.recv(65536)):
            got += len(part)
    return got >= length


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


def assert_full(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    assert response.json()["error"]["code"] == "UNAVAILABLE"
    assert response.headers["Retry-After"] == "30"


def test_connections_are_reserved_for_requests_and_writes(
    small: ServerOfFewFiles, capacity: Capacity, opened: ExitStack
) -> None:
    room = new_room(small)
    files, connections, live = capacity
    item_id = queued(small, room)

    sockets = [joined(small, room) for _ in range(files)]
    held = [opened.enter_context(one) for one in sockets if one]

    assert [bool(one) for one in sockets] == [True] * live + [False] * (files - live)
    assert_it_serves(small, room, item_id, 1)
    for one in held:
        one.next("track.voted")
    with small.client() as http:
        assert_full(http.get(f"/api/rooms/{room}/playlist/stream/"))
        at = held[0].messages[-1]
        assert_full(
            http.get(
                f"/api/rooms/{room}/playlist/events/",
                params={"epoch": at["epoch"], "since": at["seq"], "wait": 5},
            )
        )
    reported = numbers(small)
    assert reported['tutti_connections_rejected_total{reason="rejected"}'] == files - live + 2
    assert live < reported["tutti_open_connections"] <= connections
    held[0].__exit__()
    wait_for(lambda: joins_and_leaves(small, room))


def joins_and_leaves(server: TuttiServer, room: str) -> bool:
    one = joined(server, room)
    if one:
        one.__exit__()
    return one is not None


@only_embedded
def test_of_silent_connections_of_one_address_the_oldest_is_closed(
    small: ServerOfFewFiles, capacity: Capacity, opened: ExitStack
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

    lines = [silent(small, opened, SOURCES[1]) for _ in range(capacity.files + 50)]

    assert_it_serves(small, room, item_id, 1)
    held.next("track.voted")
    assert waiting.get("/api/health/live").status_code == 200
    assert waiting._transport._pool.connections == before  # type: ignore[attr-defined]
    assert has_ended(lines[0])
    reported = numbers(small)
    assert reported["tutti_open_connections"] == capacity.connections
    assert (
        reported['tutti_connections_rejected_total{reason="idle_evicted"}']
        >= capacity.files + 50 - capacity.connections
    )


@only_embedded
def test_of_clients_that_do_not_read_the_oldest_is_closed(
    small: ServerOfFewFiles, capacity: Capacity, opened: ExitStack
) -> None:
    room = new_room(small)
    item_id = queued(small, room)
    held = opened.enter_context(Socket.of_room(small.base_url, room))

    lines = [unread(small, opened, SOURCES[1]) for _ in range(capacity.connections + 20)]

    assert_it_serves(small, room, item_id, 1)
    held.next("track.voted")
    assert was_cut(lines[0])


@only_embedded
def test_the_unread_bytes_of_an_address_are_limited(start_server: StartServer, opened: ExitStack) -> None:
    """The oldest responses make room for new ones; those of other addresses stay."""
    server = start_server()
    with server.client() as http:
        length = len(http.get("/api/openapi.json").content)
    other = unread(server, opened, SOURCES[0])

    # The system holds a part of each response.
    lines = [unread(server, opened, SOURCES[1]) for _ in range(MAX_UNREAD_BYTES * 2 // length)]

    assert was_cut(lines[0])
    assert comes_whole(lines[-1], length)
    assert comes_whole(other, length)


@only_embedded
def test_a_client_without_a_free_connection_gets_an_error(
    start_server: StartServer, opened: ExitStack
) -> None:
    """A rejected socket that stays open silently has the only slot."""
    server = start_server(environment={"MAX_CONNECTIONS": "1"})
    lingering = silent(server, opened)
    lingering.sendall(HANDSHAKE.format(path="/ws/playlist/", host=f"127.0.0.1:{server.port}").encode())
    got = b""
    while not got.endswith((4429).to_bytes(2)):
        got += lingering.recv(1000)
    many = [silent(server, opened) for _ in range(MAX_REJECTIONS - 1)]
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

    wait_for(is_served)
    reported = numbers(server)
    assert reported['tutti_connections_rejected_total{reason="dropped"}'] >= 1
    assert reported['tutti_connections_rejected_total{reason="rejected"}'] >= MAX_REJECTIONS


@only_embedded
def test_limits_per_address_and_socket_are_configurable(start_server: StartServer, opened: ExitStack) -> None:
    environment = {
        "MAX_CONNECTIONS_PER_ADDRESS": "3",
        "SOCKET_MESSAGES_PER_SECOND": "0.5",
        "SOCKET_MAX_MESSAGE_BYTES": "2000",
    }
    server = start_server(environment=environment, rate_limit_factor="1")
    room = new_room(server)
    sockets = [joined(server, room) for _ in range(4)]
    held = [opened.enter_context(one) for one in sockets if one]

    assert [bool(one) for one in sockets] == [True] * 3 + [False]
    assert "3 per IP address" in server.log
    for _ in range(5):
        held[0].ping()
    error = held[0].ask({"type": "ping"}, "error", "pong")
    assert error["payload"]["code"] == "RATE_LIMITED"
    assert held[1].ask("x" * 2000, "error")["payload"]["code"] == "MALFORMED_JSON"
    held[1].send("x" * 2001)
    assert held[1].close_code() == 4408
    lines = [unread(server, opened, SOURCES[0]) for _ in range(4)]
    assert was_cut(lines[0]), "as many responses may be unread as sockets may be open"
    reported = numbers(server)
    assert reported["tutti_messages_too_large_total"] == 1
    assert reported['tutti_connections_rejected_total{reason="per_ip"}'] == 2
