"""The process is killed again and again while many users write; who got no response asks again under his key.

Every invariant holds afterwards, as after a pause.
"""

import random
import select
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from tests.conftest import PreparedData, Size
from tests.fold import Snapshot
from tests.invariants import invariants
from tests.invariants.concurrent_users import ConcurrentUsers, meanwhile
from tests.invariants.idempotent_writes import Call, Write, call_of
from tests.invariants.operations import Operation
from tests.invariants.rooms import Guest, RoomClient, new_guest, new_room, opinions_of
from tests.processes import TuttiServer

# The pause before a retry if the server is unavailable, and the number of retries.
AWAY_SECONDS = 0.05
PATIENCE = 1200


class RetryingClient(httpx.HTTPTransport):
    """Repeats a write with its key, unchanged, until there is a response."""

    def __init__(self, server: "ServerWithRetries") -> None:
        super().__init__()
        self._server = server

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return super().handle_request(request)
        for attempt in range(PATIENCE):
            try:
                response = super().handle_request(request)
                response.read()
            except httpx.TransportError:
                threading.Event().wait(AWAY_SECONDS)
                continue
            self._server.note(request, response, key, was_lost=attempt > 0)
            return response
        raise AssertionError(f"no response to {request.method} {request.url}")


class ServerWithRetries(TuttiServer):
    """It knows the last response to each write with a key, and which responses came late."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Each with what sends it once more.
        self.answered: list[tuple[Call, Callable[[], Call]]] = []
        self.answered_late: list[Call] = []

    def client(self, **options: Any) -> httpx.Client:
        return super().client(transport=RetryingClient(self), **options)

    def note(self, request: httpx.Request, response: httpx.Response, key: str, *, was_lost: bool) -> None:
        """From any thread."""
        write = Write(request.method, request.method, str(request.url), request.content)
        reported = {"caller": request.headers["X-Guest-Token"], "key": key, "write": write}
        call = call_of(response, **reported)

        def repeat() -> Call:
            with httpx.Client() as http:
                return call_of(http.send(request), **reported)

        self.answered.append((call, repeat))
        if was_lost:
            self.answered_late.append(call)


THREADS = 8
ACTIONS_EACH, LONG_ACTIONS_EACH = 16, 24
KILLS, LONG_KILLS = 2, 3
# So many writes are done before each end comes.
MOMENTS = (5, 30)
LOOK_EVERY_SECONDS = 0.0005
GIVE_UP_SECONDS = 60.0
ASKED_AGAIN = 25
KEPT = "SELECT count(*) FROM core_idempotencyrecord"


@pytest.fixture
def server(prepared_data: PreparedData, size: Size) -> Iterator[ServerWithRetries]:
    with ServerWithRetries(**prepared_data.options(size)) as own:
        yield own


@pytest.fixture
def guests(server: ServerWithRetries) -> list[Guest]:
    return [new_guest(server, name) for name in ("Ada", "Bo", "Cem")]


def test_clients_that_retry_notice_only_a_pause(
    server: ServerWithRetries, guests: list[Guest], pytestconfig: pytest.Config
) -> None:
    is_long = pytestconfig.getoption("--long")
    actions_each, kills = (LONG_ACTIONS_EACH, LONG_KILLS) if is_long else (ACTIONS_EACH, KILLS)
    seed = random.getrandbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with guests[0].client(server) as http:
        room = new_room(http, voter=guests[0].name)
        start = room.fetch()
        users = ConcurrentUsers(
            server, room, guests, range(1, 36), seed=seed, threads=THREADS, actions_each=actions_each
        )

        with meanwhile(lambda _: users.run()) as acting, stored_responses(server) as kept:
            for _ in range(kills):
                killed_after(chance.randint(*MOMENTS), server, kept)
        operations = acting[0].result()

        check_invariants(room, start, operations, opinions_of(server, guests, room))
        assert server.answered_late, "nothing was under way when it was killed: nothing is proved"
        check_nothing_happens_again(server, room, chance)


@contextmanager
def stored_responses(server: ServerWithRetries) -> Iterator[Callable[[], int]]:
    """How many responses are kept in the database by now, seen from outside."""
    connection: Any
    if server.database_url:
        connection = psycopg.connect(server.database_url, autocommit=True)
    else:
        connection = sqlite3.connect(server.data_folder / "db.sqlite3", isolation_level=None)
    with closing(connection):
        yield lambda: int(connection.execute(KEPT).fetchone()[0])


def killed_after(more: int, server: ServerWithRetries, kept: Callable[[], int]) -> None:
    """Ends the process the moment after one of its commits, and starts it again."""
    wanted, deadline = kept() + more, time.monotonic() + GIVE_UP_SECONDS
    while kept() < wanted:
        assert time.monotonic() < deadline, server.log[-4000:]
        select.select([], [], [], LOOK_EVERY_SECONDS)
    server.kill()
    server.start()


def check_invariants(room: RoomClient, start: Snapshot, operations: list[Operation], opinions: Any) -> None:
    end, events = room.fetch(), room.events_after(start)
    assert len(events) > THREADS * ACTIONS_EACH / 3, "hardly anything happened: nothing is proved"
    invariants.check_room(start, events, end, opinions)
    invariants.check_i3_accepted_is_reported(start, events, operations)
    invariants.check_i6_no_vote_is_lost(start, events, operations)
    invariants.check_i7_reported_once(events)


def check_nothing_happens_again(server: ServerWithRetries, room: RoomClient, chance: random.Random) -> None:
    before = room.fetch()
    for call, repeat in chance.sample(server.answered, ASKED_AGAIN):
        if call.is_accepted or call.status in invariants.STORED_REJECTIONS:
            again = repeat()
            assert again.is_replay, call
            assert again.repeatable == call.repeatable
    assert room.fetch() == before
