"""The process is killed between commit and response: a retry gets the first response, and writes nothing."""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.conftest import PreparedData, Size
from tests.faults.proxies import ResponseDroppingProxy
from tests.fold import Snapshot
from tests.invariants import invariants
from tests.invariants.concurrent_users import meanwhile
from tests.invariants.idempotent_writes import Call, Caller, Write, call_of
from tests.invariants.rooms import Guest, new_guest, types_of
from tests.invariants.write_scenarios import KINDS, Kind, Stage, made_so_far, new_stage
from tests.processes import TuttiServer

SEEDED_TRACKS = range(1, 36)
ANSWER_SECONDS = 30.0

Moment = Callable[[ResponseDroppingProxy], bool]


@dataclass(slots=True)
class Play:
    """One write of a kind, in a room where no other changes anything, and how that was before."""

    kind: Kind
    stage: Stage
    before: Snapshot
    write: Write
    key: str


@pytest.fixture(scope="module")
def server(prepared_data: PreparedData, size: Size) -> Iterator[TuttiServer]:
    with TuttiServer(**prepared_data.options(size)) as own:
        yield own


@pytest.fixture(scope="module")
def ada(server: TuttiServer) -> Guest:
    return new_guest(server, "Ada")


@pytest.fixture(scope="module")
def http(server: TuttiServer, ada: Guest) -> Iterator[httpx.Client]:
    with ada.client(server) as client:
        yield client


@pytest.fixture
def plays(http: httpx.Client, ada: Guest) -> list[Play]:
    """One of each kind. Those that leave the queue as it is share a room: it shall not change at all."""
    unchanged = new_stage(http, SEEDED_TRACKS, voter=ada.name)
    staged = [
        (kind, new_stage(http, SEEDED_TRACKS, voter=ada.name) if kind.event_types else unchanged)
        for kind in KINDS.values()
    ]
    return [
        Play(kind, stage, stage.room.fetch(), kind.write(stage), secrets.token_hex(8))
        for kind, stage in staged
    ]


def all_are_answered(thief: ResponseDroppingProxy) -> bool:
    return len(thief.answers) == len(KINDS)


def one_is_answered(thief: ResponseDroppingProxy) -> bool:
    return len(thief.answers) > 0


# Of SQLite's one writer at a time, test_killed_at_random ends a process behind any of its commits.
@pytest.mark.parametrize(
    ("size", "moment"),
    [("embedded", all_are_answered), ("server", all_are_answered), ("server", one_is_answered)],
    indirect=["size"],
    scope="session",
)
def test_a_lost_response_is_repeated_unchanged(
    server: TuttiServer, ada: Guest, http: httpx.Client, plays: list[Play], moment: Moment
) -> None:
    made = made_so_far(http)

    stolen = killed_at(moment, server, ada, plays)
    server.start()

    again = Caller(ada.name, http)
    calls = [again.send(play.write, play.key) for play in plays]
    assert len(stolen) >= (len(KINDS) if moment is all_are_answered else 1)
    for first, call in ((stolen[call.key], call) for call in calls if call.key in stolen):
        invariants.check_i7_done_once([first, call])
    for play, call in zip(plays, calls, strict=True):
        check_happened_once(play, call, again)
    assert made_so_far(http) == made + sum(play.kind.more for play in plays)


def killed_at(moment: Moment, server: TuttiServer, ada: Guest, plays: list[Play]) -> dict[str, Call]:
    """Sends all writes at once and kills the server at that moment; what it had answered by then."""
    pid = server.pid

    def kill_in_time(thief: ResponseDroppingProxy) -> None:
        if moment(thief):
            os.kill(pid, signal.SIGKILL)

    with ResponseDroppingProxy(server.port, kill_in_time) as thief:

        def send(play: Play) -> None:
            headers = {"X-Guest-Token": ada.token}
            line = httpx.Client(base_url=thief.base_url, headers=headers, timeout=ANSWER_SECONDS)
            with line, pytest.raises(httpx.TransportError):
                Caller(ada.name, line).send(play.write, play.key)

        with meanwhile(*[lambda _, play=play: send(play) for play in plays]) as sending:
            for each in sending:
                each.result()
        server.wait()
    stolen = thief.answers
    return {
        play.key: call_of(stolen[play.key], caller=ada.name, key=play.key, write=play.write)
        for play in plays
        if play.key in stolen
    }


def check_happened_once(play: Play, call: Call, again: Caller) -> None:
    room = play.stage.room
    after, events = room.fetch(), room.events_after(play.before)
    assert types_of(events) == list(play.kind.event_types)
    assert {event["op_id"] for event in events} <= {play.key}
    invariants.check_i2_fold_equals_fetch(play.before, events, [after])
    invariants.check_i4_order_is_strict(after)
    invariants.check_i5_one_plays(after)
    repeated = again.send(play.write, play.key)
    assert repeated.is_replay
    assert repeated.repeatable == call.repeatable
    assert room.fetch() == after
