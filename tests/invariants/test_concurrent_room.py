"""32 threads in one room at once, others reading: afterwards every invariant holds, for every state that was
read.

The seed is printed; `run_users` with a seed that failed makes a named test.
"""

import threading
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.contract.sockets import Socket
from tests.fold import Event, Queue, Snapshot, fetched_once
from tests.invariants import invariants
from tests.invariants.admin_site import AdminSite
from tests.invariants.concurrent_users import ConcurrentUsers, meanwhile
from tests.invariants.conftest import NewTracks
from tests.invariants.operations import Operation
from tests.invariants.rooms import Guest, RoomClient, new_room, opinions_of
from tests.processes import TuttiServer

THREADS = 32
# With `--long` all clients go on for longer.
ACTIONS_EACH, LONG_ACTIONS_EACH = 4, 20
# They read at intervals, for what reads without a pause takes the server from those that write.
READERS, SECONDS_BETWEEN = 6, 0.03


@dataclass(slots=True)
class Outcome:
    """What is checked, once all clients have stopped."""

    start: Snapshot
    events: list[Event]
    operations: list[Operation]
    fetched: list[Snapshot]
    polled: list[Event]
    from_socket: list[Event]
    end: Snapshot
    opinions: dict[str, dict[int, int]]


@pytest.mark.timeout(600)  # so many threads get little of a busy machine
@pytest.mark.parametrize("order", ["manual", "votes"])
def test_all_invariants_hold_in_a_crowded_room(
    server: TuttiServer,
    http: httpx.Client,
    guests: list[Guest],
    new_tracks: NewTracks,
    admin: AdminSite,
    order: str,
    seed: int,
    pytestconfig: pytest.Config,
) -> None:
    room = new_room(http, order=order, voter=guests[0].name)
    users = ConcurrentUsers(
        server,
        room,
        guests,
        tracks=new_tracks(45),
        seed=seed,
        threads=THREADS,
        actions_each=LONG_ACTIONS_EACH if pytestconfig.getoption("--long") else ACTIONS_EACH,
        staff_http=admin.http,
        doomed=new_tracks(4),
    )
    outcome = run_users(server, room, users)
    check_all_invariants(outcome)
    if order == "votes":
        check_order_by_votes(outcome)


def run_users(server: TuttiServer, room: RoomClient, users: ConcurrentUsers) -> Outcome:
    start = room.fetch()

    def poll(is_over: threading.Event) -> list[Event]:
        return _polled(server, room, start, is_over)

    def read(is_over: threading.Event) -> list[Snapshot]:
        return _read(server, room, is_over)

    with Socket.of_room(server.ws_url, room.slug, position=start.position) as socket:
        with meanwhile(poll, *[read] * READERS) as others:
            operations = users.run()
        end = room.fetch()
        from_socket = socket.events_up_to(end.seq)
    polled, *fetched = [other.result() for other in others]
    return Outcome(
        start=start,
        events=room.events_after(start),
        operations=operations,
        fetched=[snapshot for snapshots in fetched for snapshot in snapshots],
        polled=polled,
        from_socket=from_socket,
        end=end,
        opinions=opinions_of(server, users.guests, room),
    )


def check_all_invariants(outcome: Outcome) -> None:
    start, events, end = outcome.start, outcome.events, outcome.end
    accepted = [operation for operation in outcome.operations if operation.is_accepted]
    assert len(accepted) > len(outcome.operations) / 3, "hardly anything was accepted: nothing is proved"
    assert len({snapshot.seq for snapshot in outcome.fetched}) > 10, "hardly anything was read meanwhile"

    invariants.check_room(start, events, end, outcome.opinions)
    assert outcome.polled == events
    assert outcome.from_socket == events
    invariants.check_i2_fold_equals_fetch(start, events, outcome.fetched)
    invariants.check_i3_accepted_is_reported(start, events, outcome.operations)
    for snapshot in outcome.fetched:
        invariants.check_i4_order_is_strict(snapshot)
        invariants.check_i5_one_plays(snapshot)
    invariants.check_i6_no_vote_is_lost(start, events, outcome.operations)


def check_order_by_votes(outcome: Outcome) -> None:
    """Also at each moment that was read in between."""
    restores = [operation for operation in outcome.operations if operation.kind == "restore"]
    for snapshot in [*outcome.fetched, outcome.end]:
        so_far = [event for event in outcome.events if event["seq"] <= snapshot.seq]
        invariants.check_i4_votes_decide(snapshot, invariants.reached_by(so_far, restores))


def test_concurrent_votes_lose_nothing(
    server: TuttiServer, guests: list[Guest], own_room: RoomClient, library: list[int]
) -> None:
    """Every guest votes for every item, from two threads that press the same button several times."""
    items = own_room.add_all(library[:2])
    start = own_room.fetch()

    def press(guest: Guest) -> list[Operation]:
        with guest.client(server) as http:
            room = own_room.seen_by(http, guest.name)
            begin.wait()
            return [room.vote(item_id, step=1) for _ in range(2) for item_id in items]

    people = [guest for guest in guests for _ in range(2)]
    begin = threading.Barrier(len(people))
    with meanwhile(*[lambda _, guest=guest: press(guest) for guest in people]) as pressing:
        operations = [operation for each in pressing for operation in each.result()]

    assert {operation.status for operation in operations} == {200}
    end = own_room.fetch()
    assert [item["votes"] for item in end.items] == [len(guests)] * len(items)
    events = own_room.events_after(start)
    assert len(events) == len(guests) * len(items), "pressing on at the end is no event"
    invariants.check_i2_fold_equals_fetch(start, events, [end])
    invariants.check_i6_no_vote_is_lost(start, events, operations)


def test_concurrent_plays_leave_one_item_playing(
    server: TuttiServer, guests: list[Guest], own_room: RoomClient, library: list[int]
) -> None:
    items = own_room.add_all(library[:8])
    start = own_room.fetch()

    def play(number: int) -> Any:
        with server.client() as http:
            room = own_room.seen_by(http)
            begin.wait()
            return [room.play(items[(number + turn) % len(items)]).status for turn in range(2)]

    begin = threading.Barrier(THREADS)
    with meanwhile(*[lambda _, number=number: play(number) for number in range(THREADS)]) as playing:
        assert {status for each in playing for status in each.result()} == {200}

    end, events = own_room.fetch(), own_room.events_after(start)
    invariants.check_i2_fold_equals_fetch(start, events, [end])
    assert Queue(end).playing_id == events[-1]["payload"]["id"]
    history = own_room.http.get(f"{own_room.path}history/").json()
    ended = [event["payload"]["id"] for event in events[:-1]]
    assert [play["id"] for play in history] == ended[::-1][:20], "every switch ends one play"


def test_concurrent_additions_of_a_track_queue_it_once(
    server: TuttiServer, own_room: RoomClient, library: list[int]
) -> None:
    def add(_: threading.Event) -> Operation:
        with server.client() as http:
            begin.wait()
            return own_room.seen_by(http).add(library[0])

    begin = threading.Barrier(THREADS)
    with meanwhile(*[add] * THREADS) as adding:
        added = [each.result() for each in adding]

    (first,) = [operation for operation in added if operation.is_accepted]
    error_checks = [operation.answer["error"] for operation in added if operation is not first]
    assert {rejection["code"] for rejection in error_checks} == {"DUPLICATE_TRACK"}
    assert all(rejection["details"]["item_id"] == first.answer["id"] for rejection in error_checks)
    (item,) = own_room.fetch().items
    assert item["id"] == first.answer["id"]


# --- Reading meanwhile -------------------------------------------------------------------------------


def _read(server: TuttiServer, room: RoomClient, is_over: threading.Event) -> list[Snapshot]:
    read = []
    with server.client() as http:
        while not is_over.wait(SECONDS_BETWEEN):
            read.append(fetched_once(http.get, room.slug))
    return read


def _polled(server: TuttiServer, room: RoomClient, start: Snapshot, is_over: threading.Event) -> list[Event]:
    """The log in small parts while it grows, then up to its top."""
    events: list[Event] = []
    seq = start.seq
    with server.client() as http:
        reader = room.seen_by(http)
        while True:
            was_over = is_over.is_set()
            part = reader.poll(epoch=start.epoch, since=seq, limit=7, wait=0 if was_over else 0.5)
            events += part["events"]
            seq = part["seq"]
            if was_over and seq == part["top"]:
                return events
