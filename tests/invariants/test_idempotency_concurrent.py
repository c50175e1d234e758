"""I7 for one write that is sent many times at the same moment, of each kind: it happens once, and all are
answered alike. On PostgreSQL it is sent to two processes at once.
"""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.conftest import Size
from tests.invariants import invariants
from tests.invariants.admin_site import AdminSite
from tests.invariants.concurrent_users import meanwhile
from tests.invariants.conftest import NewTracks
from tests.invariants.idempotent_writes import Call, Caller, Write
from tests.invariants.rooms import Guest, new_guest, types_of
from tests.invariants.write_scenarios import (
    KINDS,
    STAFF_KINDS,
    TRACKS_OF_A_STAGE,
    Kind,
    Stage,
    made_so_far,
    new_stage,
)
from tests.live.conftest import shared_with
from tests.processes import TuttiServer

AT_ONCE = 6


@pytest.fixture(scope="module")
def doors(size: Size, server: TuttiServer) -> Iterator[list[TuttiServer]]:
    """The processes that serve the same rooms: one, and on PostgreSQL two."""
    if size == "embedded":
        yield [server]
        return
    with TuttiServer(**shared_with(server)) as other:
        yield [server, other]


@pytest.fixture(scope="module")
def bo(server: TuttiServer) -> Guest:
    return new_guest(server, "Bo")


Lines = list[httpx.Client]


def opened_lines(doors: Sequence[TuttiServer], opened: ExitStack, **options: Any) -> Lines:
    """Connections of the same person, as many to each process."""
    return [opened.enter_context(doors[number % len(doors)].client(**options)) for number in range(AT_ONCE)]


@pytest.fixture(scope="module")
def lines(doors: list[TuttiServer], bo: Guest) -> Iterator[Lines]:
    """Bo's."""
    with ExitStack() as opened:
        yield opened_lines(doors, opened, headers={"X-Guest-Token": bo.token, "User-Agent": "Bo"})


@pytest.fixture(scope="module")
def staff_lines(doors: list[TuttiServer], admin: AdminSite) -> Iterator[Lines]:
    with ExitStack() as opened:
        yield opened_lines(doors, opened, cookies=dict(admin.http.cookies))


@pytest.fixture
def stage(lines: Lines, bo: Guest, new_tracks: NewTracks) -> Stage:
    return new_stage(lines[0], new_tracks(TRACKS_OF_A_STAGE), voter=bo.name)


def sent_at_once(lines: Lines, *writes: Write, key: str) -> list[Call]:
    """The writes in turn, all at the same moment, under one key; the first to be done stands first."""
    begin = threading.Barrier(len(lines))

    def send(line: httpx.Client, write: Write) -> Call:
        begin.wait()
        return Caller("Bo", line).send(write, key)

    turns = [(line, writes[number % len(writes)]) for number, line in enumerate(lines)]
    with meanwhile(*[lambda _, turn=turn: send(*turn) for turn in turns]) as sending:
        calls = [each.result() for each in sending]
    return sorted(calls, key=lambda call: (call.is_replay, call.status == 422))


def check_once(kind: Kind, stage: Stage, lines: Lines) -> None:
    write, key = kind.write(stage), secrets.token_hex(8)
    before, made = stage.room.fetch(), made_so_far(lines[0])

    calls = sent_at_once(lines, write, key=key)

    invariants.check_i7_done_once(calls)
    assert [call.is_replay for call in calls] == [False] + [True] * (AT_ONCE - 1)
    after, events = stage.room.fetch(), stage.room.events_after(before)
    assert types_of(events) == list(kind.event_types)
    assert {event["op_id"] for event in events} <= {key}
    invariants.check_i2_fold_equals_fetch(before, events, [after])
    assert made_so_far(lines[0]) == made + kind.more


@pytest.mark.parametrize("name", KINDS)
def test_a_write_sent_concurrently_many_times_happens_once(stage: Stage, lines: Lines, name: str) -> None:
    check_once(KINDS[name], stage, lines)


@pytest.mark.parametrize("name", STAFF_KINDS)
def test_a_write_to_the_library_happens_once(stage: Stage, staff_lines: Lines, name: str) -> None:
    check_once(STAFF_KINDS[name], stage, staff_lines)


def test_of_two_concurrent_writes_with_one_key_one_happens(stage: Stage, lines: Lines) -> None:
    before = stage.room.fetch()
    writes = [KINDS[name].write(stage) for name in ("add", "stop")]

    calls = sent_at_once(lines, *writes, key=secrets.token_hex(8))

    invariants.check_i7_done_once(calls)
    others = [call for call in calls if call.write != calls[0].write]
    assert [call.status for call in others] == [422] * (AT_ONCE // 2)
    assert len(stage.room.events_after(before)) == 1


def test_after_a_retryable_error_each_request_is_tried(stage: Stage, lines: Lines) -> None:
    """No request that waits for the first one gets its validation error."""
    nonsense = Write("move", "PATCH", stage.item(0), {"after": 1, "before": 1})
    key = secrets.token_hex(8)

    calls = sent_at_once(lines, nonsense, key=key)

    assert {(call.status, call.is_replay) for call in calls} == {(400, False)}
    sensible = Caller("Bo", lines[0]).send(KINDS["add"].write(stage), key)
    assert (sensible.status, sensible.is_replay) == (201, False)
