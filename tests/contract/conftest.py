"""Fixtures of the contract tests: Ada, Bo and Cem, rooms of a test's own, servers with other settings."""

import itertools
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import httpx
import pytest

from tests.conftest import PreparedData, Size
from tests.contract.error_checks import check_answer
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.contract.staff import begin_plain_session, log_in, make_staff
from tests.hosts import asked_for_room
from tests.processes import TuttiServer

NewClient = Callable[..., httpx.Client]
Connect = Callable[..., Socket]
SEEDED_TRACKS = 35
CORS_ORIGIN = "https://jukebox.example"
PARTY_HOST = "party.example"
new_addresses = (f"198.54.{number // 250}.{1 + number % 250}" for number in itertools.count())


def client_of(server: TuttiServer, **options: Any) -> httpx.Client:
    """A client that checks of every response what holds of all."""

    def check_status(response: httpx.Response) -> None:
        """A failure of the server comes with what it logged about that request."""
        if response.status_code >= 500:
            response.read()
            identifier = response.headers.get("X-Request-ID", "no X-Request-ID")
            logged = "\n".join(line for line in server.log.splitlines() if identifier in line)
            raise AssertionError(
                f"{response.request.method} {response.request.url}: {response.text}\n{logged}"
            )

    return server.client(event_hooks={"response": [check_status, check_answer]}, **options)


@contextmanager
def guest_of(server: TuttiServer, name: str) -> Iterator[httpx.Client]:
    with client_of(server) as http:
        response = http.post("/api/guests/", json={"name": name})
        assert response.status_code == 201, response.text
        yield http


def queue_of(http: httpx.Client, room: str) -> Queue:
    return Queue(http, room, seeded_tracks(str(http.base_url)))


@cache
def seeded_tracks(server_url: str) -> list[int]:
    listed = httpx.get(f"{server_url}/api/tracks/", params={"limit": SEEDED_TRACKS}).json()
    return [track["id"] for track in listed]


def new_room(http: httpx.Client, **fields: Any) -> str:
    response = asked_for_room(http, **{"name": "A test's room", **fields})
    assert response.status_code == 201, response.text
    slug: str = response.json()["slug"]
    return slug


# --- People ------------------------------------------------------------------------------------------


@pytest.fixture
def new_client(server: TuttiServer) -> Iterator[NewClient]:
    """More clients of the shared server, each without any cookie."""
    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(client_of(server, **options))


@pytest.fixture
def client(server: TuttiServer) -> Iterator[httpx.Client]:
    """A client without any cookie."""
    with client_of(server) as http:
        yield http


def _guest(name: str) -> Any:
    @pytest.fixture
    def guest(server: TuttiServer) -> Iterator[httpx.Client]:
        with guest_of(server, name) as http:
            yield http

    return guest


ada, bo, cem = _guest("Ada"), _guest("Bo"), _guest("Cem")


@pytest.fixture(scope="session")
def staff(server: TuttiServer) -> Iterator[httpx.Client]:
    """A client that may write to the library."""
    name = f"ada-{secrets.token_hex(3)}"
    make_staff(server, name)
    with client_of(server) as http:
        log_in(http, name)
        yield http


@pytest.fixture(scope="session")
def plain_account(server: TuttiServer) -> Iterator[httpx.Client]:
    """A client with an account that is not staff."""
    with client_of(server) as http:
        begin_plain_session(http, f"cem-{secrets.token_hex(3)}")
        yield http


# --- Rooms -------------------------------------------------------------------------------------------


@pytest.fixture
def queue(client: httpx.Client, room: str) -> Queue:
    """The empty queue of a room of its own, as a client without a cookie sees it."""
    return queue_of(client, room)


@pytest.fixture
def voted_queue(client: httpx.Client) -> Queue:
    """The empty queue of a room that votes order."""
    return queue_of(client, new_room(client, order="votes"))


@pytest.fixture
def connect(server: TuttiServer, room: str) -> Iterator[Connect]:
    """Opens sockets of the room, greeted: `connect(position=(epoch, since))`."""
    with ExitStack() as opened:

        def open_one(**options: Any) -> Socket:
            return opened.enter_context(Socket.of_room(server.ws_url, room, **options))

        yield open_one


# --- Servers with other settings ---------------------------------------------------------------------


def _with_settings(prepared_data: PreparedData, size: Size, **options: Any) -> Iterator[TuttiServer]:
    with TuttiServer(**prepared_data.options(size), **options) as started:
        yield started


@pytest.fixture(scope="session")
def narrow_server(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """Everything that a test would otherwise have to wait for, or to pile up, is near; nothing is limited."""
    environment = {
        **{"MAX_QUEUE_ITEMS": "4", "EVENT_LOG_KEEP_EVENTS": "5", "HEARTBEAT_SECONDS": "0.3"},
        **{"API_ALWAYS_PAGINATE": "true", "AUTO_SORT_BY_VOTES": "true", "CORS_ALLOWED_ORIGINS": CORS_ORIGIN},
        "OPEN_DISCOVERY_API": "true",
    }
    yield from _with_settings(prepared_data, size, environment=environment, rate_limit_factor="0")


@pytest.fixture
def narrow_client(narrow_server: TuttiServer) -> Iterator[httpx.Client]:
    with client_of(narrow_server) as http:
        yield http


@pytest.fixture(scope="session")
def strict_server(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """Its limits are those of a party, and a proxy says who comes."""
    environment = {
        **{"TRUSTED_PROXIES": "1", "ALLOWED_HOSTS": f"{PARTY_HOST},127.0.0.1"},
        "COVER_HOSTS": "b.example,A.example",
    }
    yield from _with_settings(prepared_data, size, environment=environment, rate_limit_factor="1")


@pytest.fixture
def newcomer(strict_server: TuttiServer) -> Iterator[httpx.Client]:
    """A client at an unused address, with the limits of a party."""
    with client_of(strict_server, headers={"X-Forwarded-For": next(new_addresses)}) as http:
        yield http


# --- The library -------------------------------------------------------------------------------------


@pytest.fixture
def library(staff: httpx.Client) -> Iterator[Library]:
    """For tracks of a test's own; they go with the test."""
    library = Library(staff)
    yield library
    library.clear()
