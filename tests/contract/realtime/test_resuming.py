"""Going on where a client was: by a message, the URL or an event's id, and when the log lacks something.

Cut off at random under load: tests/invariants/test_random_client.py.
"""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import Connect, new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.event_streams import StreamedEvent, event_stream
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.fold import Snapshot, folded
from tests.processes import TuttiServer

ABSENT = object()


def resume(epoch: Any, since: Any) -> dict[str, Any]:
    message = {"type": "resume", "epoch": epoch, "since": since}
    return {name: value for name, value in message.items() if value is not ABSENT}


def streamed_from(queue: Queue, position: tuple[str, int]) -> list[StreamedEvent]:
    """What comes after the greeting, up to `resumed`, to a browser that comes back to a stream."""
    last_id = f"{position[0]}:{position[1]}"
    with event_stream(queue.http, f"{queue.path}stream/", headers={"Last-Event-ID": last_id}) as stream:
        stream.next("connection.established")
        reported = [stream.any_next()]
        while reported[-1].type != "resumed":
            reported.append(stream.any_next())
    return reported


# --- What was missed is given ------------------------------------------------------------------------


def test_missed_events_are_sent_unchanged_and_then_live_ones(queue: Queue, connect: Connect):
    a, b = queue.fill(2)
    old = queue.state()
    there = connect()
    queue.vote(a, 1)
    queue.place(b, before=a)
    queue.play(b)
    state = queue.state()
    by_message, by_address = sockets = connect(), connect(position=old.position)
    by_message.send(resume(*old.position))

    resumed = {"type": "resumed", "payload": {"epoch": old.epoch, "seq": 5, "recovered": True}}
    missed = there.events_up_to(5)
    assert folded(old, missed) == state
    for socket in sockets:
        assert [socket.any_next() for _ in range(4)] == [*missed, resumed]
    streamed = streamed_from(queue, old.position)
    assert [reported.message for reported in streamed] == [*missed, resumed]
    assert [reported.id for reported in streamed] == [*(f"{old.epoch}:{seq}" for seq in (3, 4, 5)), None]
    queue.stop()
    assert there.events_up_to(6) == [by_message.next("track.playing")] == [by_address.next("track.playing")]


def test_a_resume_does_not_repeat_events_of_this_connection(queue: Queue, connect: Connect):
    epoch = queue.state().epoch
    queue.fill(4)
    socket = connect()
    queue.play(queue.ids()[0])
    assert [event["seq"] for event in socket.events_up_to(5)] == [5]

    for since, expected in ((4, []), (2, [3, 4]), (2, []), (3, []), (0, [1, 2])):
        resumed = socket.ask(resume(epoch, since), "resumed")
        assert [event["seq"] for event in socket.new_events()] == expected
        assert resumed["payload"] == {"epoch": epoch, "seq": 5, "recovered": True}


# --- What is no moment -------------------------------------------------------------------------------

NO_MOMENTS: list[tuple[Any, Any]] = [
    *[(None, 0), ("", 0), (5, 0), (["x"], 0), (ABSENT, 0), ("own", ABSENT)],
    *[("own", since) for since in (None, -1, 1.5, "1", True, [0], 2**80)],
]
NO_QUERIES = [{"epoch": "e"}, {"since": "1"}, {"epoch": "", "since": "1"}, {"epoch": "e", "since": "x"}]


def test_an_invalid_epoch_or_seq_is_an_error(queue: Queue, connect: Connect):
    """A wrong value in a socket's URL is reported and ignored."""
    queue.fill(1)
    own, socket = queue.state().epoch, connect()
    for epoch, since in NO_MOMENTS:
        assert socket.error_for(resume(own if epoch == "own" else epoch, since)) == "VALIDATION_ERROR"
    assert socket.new_events() == []
    sockets = [connect(query=query) for query in NO_QUERIES]
    for opened in sockets:
        assert opened.next("error")["payload"]["code"] == "VALIDATION_ERROR"
    queue.fill(1)
    assert [opened.next("track.added")["seq"] for opened in sockets] == [2] * len(sockets)
    for query in NO_QUERIES:
        response = queue.http.get(f"{queue.path}stream/", params=query)
        rejected(response, 400, "VALIDATION_ERROR")
    for last_id in ("nonsense", "e:x"):
        response = queue.http.get(f"{queue.path}stream/", headers={"Last-Event-ID": last_id})
        rejected(response, 400, "VALIDATION_ERROR")


# --- When the log has not everything, or everything would be too much, a snapshot is given -----------


def snapshot_of(state: Snapshot) -> list[dict[str, Any]]:
    """What is sent instead of the missed events."""
    where = {"epoch": state.epoch, "seq": state.seq}
    return [
        {"type": "playlist.snapshot", "payload": {**where, "items": state.items}},
        {"type": "resumed", "payload": {**where, "recovered": False}},
    ]


def check_snapshot(url: str, queue: Queue, position: tuple[str, int]) -> None:
    """By a message, by the address and by an event's id; it goes on from there."""
    state = queue.state()
    with (
        Socket.of_room(url, queue.room) as by_message,
        Socket.of_room(url, queue.room, position=position) as by_address,
    ):
        by_message.send(resume(*position))
        for socket in (by_message, by_address):
            messages = [socket.next("playlist.snapshot"), socket.next("resumed")]
            assert messages == snapshot_of(state)
    snapshot, resumed = streamed_from(queue, position)
    assert [snapshot.message, resumed.message] == snapshot_of(state)
    assert (snapshot.id, resumed.id) == (f"{state.epoch}:{state.seq}", None)


@pytest.mark.parametrize("case", ["another epoch", "from the future"])
def test_if_the_log_lacks_the_events_a_snapshot_is_sent(queue: Queue, server: TuttiServer, case: str):
    ids = queue.fill(3)
    queue.play(ids[1])
    state = queue.state()
    position = ("another", 1) if case == "another epoch" else (state.epoch, state.seq + 1)

    check_snapshot(server.ws_url, queue, position)

    with Socket.of_room(server.ws_url, queue.room, position=position) as socket:
        socket.next("playlist.snapshot")
        socket.next("resumed")
        queue.stop()
        assert socket.next("track.playing")["seq"] == state.seq + 1
    streamed = streamed_from(queue, state.position)
    assert [reported.type for reported in streamed] == ["track.playing", "resumed"]


@pytest.mark.both_sizes
def test_resume_from_trimmed_log_gives_snapshot(narrow_client: httpx.Client, narrow_server: TuttiServer):
    """The log keeps 5 events; here there were 12."""
    queue = queue_of(narrow_client, new_room(narrow_client, order="manual"))
    (a,) = queue.fill(1)
    for _ in range(5):
        queue.play(a)
        queue.stop()
    queue.play(a)
    state = queue.state()
    assert state.seq == 12

    for since in (0, 3):
        check_snapshot(narrow_server.ws_url, queue, (state.epoch, since))
    poll = queue.get("events/", epoch=state.epoch, since=2, wait=20).json()
    snapshot = {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert poll == {"epoch": state.epoch, "seq": 12, "top": 12, "events": [], "snapshot": snapshot}
    with Socket.of_room(narrow_server.ws_url, queue.room, position=(state.epoch, 8)) as socket:
        socket.wait_for("resumed")
        assert [event["seq"] for event in socket.new_events()] == [9, 10, 11, 12]


def test_more_than_500_missed_events_give_a_snapshot_and_a_poll_returns_100(
    voted_queue: Queue, server: TuttiServer
):
    """Each switch is three events: what plays, and the two that change places."""
    _, b, c = voted_queue.fill(3)
    for number in range(170):
        voted_queue.play((b, c)[number % 2])
    epoch, seq = voted_queue.state().position
    assert seq > 501

    check_snapshot(server.ws_url, voted_queue, (epoch, seq - 501))
    with Socket.of_room(server.ws_url, voted_queue.room, position=(epoch, seq - 500)) as socket:
        resumed = socket.wait_for("resumed")
        assert len(socket.new_events()) == 500
        assert resumed["payload"] == {"epoch": epoch, "seq": seq, "recovered": True}
    assert len(streamed_from(voted_queue, (epoch, seq - 500))) == 501
    poll = voted_queue.get("events/", epoch=epoch, since=0).json()
    assert [event["seq"] for event in poll["events"]] == list(range(1, 101))
    assert (poll["seq"], poll["top"], poll["snapshot"]) == (100, seq, None)
