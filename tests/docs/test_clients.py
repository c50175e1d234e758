"""The clients in docs/protocol.md end with the state that GET gives, whatever happens to the line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.docs.clients import LANGUAGES, Client, client_command
from tests.docs.pages import code_block
from tests.event_table import EVENTS, cause_every_event
from tests.faults.proxies import DisconnectingProxy
from tests.processes import TuttiServer

MAX_LINES = 40
# A client receives the same in both; tests/live and tests/invariants prove that.
in_one_size = pytest.mark.parametrize("size", ["embedded"], indirect=True)

StartClient = Callable[[str], Client]


@pytest.fixture(params=LANGUAGES)
def start_client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartClient]:
    """Starts the client of docs/protocol.md in this language, at an address."""
    command = client_command(request.param, tmp_path)
    started: list[Client] = []

    def start(url: str) -> Client:
        started.append(Client(command, url))
        return started[-1]

    yield start
    for client in started:
        client.end()


@pytest.fixture
def room_queue(client: httpx.Client, room: str) -> Queue:
    tracks = client.get("/api/tracks/").json()
    return Queue(client, room, [track["id"] for track in tracks])


@pytest.fixture(scope="session")
def staff(server: TuttiServer) -> Iterator[httpx.Client]:
    make_staff(server, "ada-of-the-documents")
    with server.client() as http:
        log_in(http, "ada-of-the-documents")
        yield http


@pytest.fixture
def line(server: TuttiServer) -> Iterator[DisconnectingProxy]:
    with DisconnectingProxy(server.port) as line:
        yield line


def url_of(line: DisconnectingProxy, room: str) -> str:
    return f"ws://127.0.0.1:{line.port}/ws/playlist/{room}/"


def reported_types(room_queue: Queue) -> set[str]:
    epoch = room_queue.state().epoch
    response = room_queue.http.get(
        f"{room_queue.path}events/", params={"epoch": epoch, "since": 0, "limit": 500}
    )
    return {event["type"] for event in response.json()["events"]}


def check_same(client: Client, room_queue: Queue) -> None:
    now = room_queue.state()
    assert client.state_at(now.seq) == now.items


@in_one_size
def test_a_documented_client_has_the_same_state_after_a_lost_connection(
    start_client: StartClient, line: DisconnectingProxy, room_queue: Queue, staff: httpx.Client
) -> None:
    room_queue.fill(2)
    client = start_client(url_of(line, room_queue.room))
    check_same(client, room_queue)

    cause_every_event(room_queue, staff)
    check_same(client, room_queue)

    line.cut()
    cause_every_event(room_queue, staff)
    line.wait_for_rejection()
    line.mend()
    check_same(client, room_queue)
    assert len(line.lines) == 2

    cause_every_event(room_queue, staff)
    check_same(client, room_queue)
    assert reported_types(room_queue) == EVENTS.keys()


@in_one_size
def test_a_documented_client_stops_if_the_room_is_unknown(
    start_client: StartClient, line: DisconnectingProxy
) -> None:
    client = start_client(url_of(line, "no-such-room"))

    client.exit_code()

    assert len(line.lines) == 1


def test_documented_clients_are_short() -> None:
    for language in LANGUAGES:
        assert len(code_block(language).splitlines()) <= MAX_LINES, language
