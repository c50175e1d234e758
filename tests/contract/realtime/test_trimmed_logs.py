"""When the log no longer has everything, or everything would be too much, a snapshot is given."""

import httpx
import pytest

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.fold import Snapshot
from tests.processes import TuttiServer


@pytest.fixture
def kept_five(narrow_client: httpx.Client) -> Queue:
    """The log keeps 5 events; here there were 12."""
    queue = queue_of(narrow_client, new_room(narrow_client, order="manual"))
    (a,) = queue.fill(1)
    for _ in range(5):
        queue.play(a)
        queue.stop()
    queue.play(a)
    return queue


def check_snapshot(socket: Socket, state: Snapshot) -> None:
    snapshot, resumed = socket.next("playlist.snapshot"), socket.next("resumed")
    assert snapshot["payload"] == {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert resumed["payload"] == {"epoch": state.epoch, "seq": state.seq, "recovered": False}


def test_resume_from_trimmed_log_gives_snapshot(kept_five: Queue, narrow_server: TuttiServer):
    state = kept_five.state()
    assert state.seq == 12

    with Socket.of_room(narrow_server.ws_url, kept_five.room) as socket:
        socket.send({"type": "resume", "epoch": state.epoch, "since": 3})
        check_snapshot(socket, state)


def test_connecting_to_a_trimmed_log_gives_snapshot(kept_five: Queue, narrow_server: TuttiServer):
    state = kept_five.state()

    with Socket.of_room(narrow_server.ws_url, kept_five.room, position=(state.epoch, 0)) as socket:
        check_snapshot(socket, state)


def test_what_the_log_still_has_is_given_whole(kept_five: Queue, narrow_server: TuttiServer):
    state = kept_five.state()

    with Socket.of_room(narrow_server.ws_url, kept_five.room, position=(state.epoch, 8)) as socket:
        socket.wait_for("resumed")
        assert [event["seq"] for event in socket.new_events()] == [9, 10, 11, 12]


def test_a_poll_from_a_trimmed_log_gives_snapshot(kept_five: Queue):
    state = kept_five.state()

    poll = kept_five.get("events/", epoch=state.epoch, since=2, wait=20).json()

    snapshot = {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert poll == {"epoch": state.epoch, "seq": 12, "top": 12, "events": [], "snapshot": snapshot}


def test_more_than_500_events_are_a_snapshot(voted_queue: Queue, server: TuttiServer):
    """Each switch is three events: what plays, and the two that change places."""
    _, b, c = voted_queue.fill(3)
    for number in range(170):
        voted_queue.play((b, c)[number % 2])
    state = voted_queue.state()
    epoch, seq = state.position
    assert seq > 501

    with Socket.of_room(server.ws_url, voted_queue.room, position=(epoch, seq - 501)) as socket:
        check_snapshot(socket, state)
    with Socket.of_room(server.ws_url, voted_queue.room) as socket:
        socket.send({"type": "resume", "epoch": epoch, "since": seq - 501})
        check_snapshot(socket, state)
    with Socket.of_room(server.ws_url, voted_queue.room, position=(epoch, seq - 500)) as socket:
        resumed = socket.wait_for("resumed")
        assert len(socket.new_events()) == 500
        assert resumed["payload"] == {"epoch": epoch, "seq": seq, "recovered": True}
