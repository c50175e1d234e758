"""Going on where a client was: by a frame, by the URL, and when the log has no longer everything."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.conftest import Connect, new_room, queue_of
from tests.contract.event_streams import event_stream
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.fold import Snapshot, folded, is_event
from tests.processes import TuttiServer

# --- Resuming by a frame: what lies between `since` and what this connection has already got ---------

ABSENT = object()


def resume(epoch: Any, since: Any) -> dict[str, Any]:
    frame = {"type": "resume", "epoch": epoch, "since": since}
    return {name: value for name, value in frame.items() if value is not ABSENT}


def test_what_was_missed_is_given_as_it_was_live_and_then_what_is_live(queue: Queue, connect: Connect):
    a, b = queue.fill(2)
    old = queue.state()
    there = connect()
    queue.vote(a, 1)
    queue.place(b, before=a)
    queue.play(b)
    socket = connect()

    socket.send(resume(*old.position))

    missed = [socket.next("track.voted"), socket.next("track.moved"), socket.next("track.playing")]
    resumed = socket.next("resumed")
    queue.stop()
    live = socket.next("track.playing")
    assert [event["seq"] for event in (*missed, live)] == [3, 4, 5, 6]
    assert resumed["payload"] == {"epoch": old.epoch, "seq": 5, "recovered": True}
    assert there.events_up_to(6) == [*missed, live]
    assert folded(old, [*missed, live]) == queue.state()


def test_what_this_connection_has_got_is_not_given_again(queue: Queue, connect: Connect):
    old = queue.state()
    queue.fill(3)
    socket = connect()
    queue.play(queue.ids()[0])
    queue.stop()
    assert [event["seq"] for event in socket.events_up_to(5)] == [4, 5]

    resumed = socket.ask(resume(*old.position), "resumed")

    assert [event["seq"] for event in socket.new_events()] == [1, 2, 3]
    assert resumed["payload"] == {"epoch": old.epoch, "seq": 5, "recovered": True}


def test_a_second_time_gives_only_what_is_further_back(queue: Queue, connect: Connect):
    epoch = queue.state().epoch
    queue.fill(4)
    socket = connect()

    for since, expected in ((4, []), (2, [3, 4]), (2, []), (3, []), (0, [1, 2])):
        resumed = socket.ask(resume(epoch, since), "resumed")
        assert [event["seq"] for event in socket.new_events()] == expected
        assert resumed["payload"] == {"epoch": epoch, "seq": 4, "recovered": True}


@pytest.mark.parametrize("by", ["frame", "address"])
@pytest.mark.parametrize("case", ["another epoch", "from the future"])
def test_what_the_log_cannot_give_is_a_snapshot(queue: Queue, connect: Connect, case: str, by: str):
    ids = queue.fill(3)
    queue.play(ids[1])
    state = queue.state()
    position = ("another", 1) if case == "another epoch" else (state.epoch, state.seq + 1)

    socket = connect(position=position if by == "address" else None)
    if by == "frame":
        socket.send(resume(*position))

    snapshot, resumed = socket.next("playlist.snapshot"), socket.next("resumed")
    assert snapshot["payload"] == {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert resumed["payload"] == {"epoch": state.epoch, "seq": state.seq, "recovered": False}
    queue.stop()
    assert socket.next("track.playing")["seq"] == state.seq + 1


@pytest.mark.parametrize(
    ("epoch", "since"),
    [
        *[(None, 0), ("", 0), (5, 0), (["x"], 0), (ABSENT, 0), ("own", ABSENT)],
        *[("own", since) for since in (None, -1, 1.5, "1", True, [0], 2**80)],
    ],
)
def test_what_is_no_moment_is_an_error(queue: Queue, connect: Connect, epoch: Any, since: Any):
    queue.fill(1)
    epoch = queue.state().epoch if epoch == "own" else epoch
    socket = connect()

    assert socket.error_for(resume(epoch, since)) == "VALIDATION_ERROR"
    assert socket.new_events() == []


# --- Resuming by the URL: the order over the whole connection is strict ------------------------------


def test_what_was_missed_comes_between_the_greeting_and_what_is_live(queue: Queue, connect: Connect):
    (a,) = queue.fill(1)
    old = queue.state()
    queue.vote(a, 1)
    queue.play(a)

    socket = connect(position=old.position)
    missed = [socket.next("track.voted"), socket.next("track.playing")]
    resumed = socket.next("resumed")
    queue.stop()
    live = socket.next("track.playing")

    assert resumed["payload"] == {"epoch": old.epoch, "seq": 3, "recovered": True}
    assert [event["seq"] for event in (*missed, live)] == [2, 3, 4]
    assert folded(old, [*missed, live]) == queue.state()


@pytest.mark.both_sizes
def test_in_the_middle_of_writes_nothing_is_lost_or_told_twice(queue: Queue, connect: Connect):
    """The sockets themselves fail at a gap and at a repeat."""
    old = queue.state()
    a, b, c = queue.fill(3)

    def write() -> None:
        for _ in range(15):
            queue.place(a, after=c)
            queue.place(b, after=a)
            queue.place(c, after=b)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        sockets = []
        while not writing.done():
            sockets.append(connect(position=old.position))
            sockets[-1].wait_for("resumed")
        writing.result()

    state = queue.state()
    assert len(sockets) > 2
    for socket in sockets:
        socket.events_up_to(state.seq)
        events = [frame for frame in socket.frames if is_event(frame)]
        assert [event["seq"] for event in events] == list(range(1, state.seq + 1))
        assert folded(old, events) == state


@pytest.mark.parametrize("since", [0, 1, 3])
def test_one_that_was_cut_off_can_go_on_as_often_as_it_likes(queue: Queue, connect: Connect, since: int):
    epoch = queue.state().epoch
    queue.fill(3)

    for _ in range(3):
        socket = connect(position=(epoch, since))
        resumed = socket.wait_for("resumed")
        assert [event["seq"] for event in socket.new_events()] == list(range(since + 1, 4))
        assert resumed["payload"] == {"epoch": epoch, "seq": 3, "recovered": True}


@pytest.mark.parametrize(
    "query", [{"epoch": "e"}, {"since": "1"}, {"epoch": "", "since": "1"}, {"epoch": "e", "since": "x"}]
)
def test_what_is_no_moment_is_told_and_passed_over(queue: Queue, connect: Connect, query: dict[str, str]):
    socket = connect(query=query)

    assert socket.next("error")["payload"]["code"] == "VALIDATION_ERROR"
    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


# --- When the log no longer has everything, or everything would be too much, a snapshot is given -----


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


@pytest.mark.both_sizes
def test_resume_from_trimmed_log_gives_snapshot(kept_five: Queue, narrow_server: TuttiServer):
    state = kept_five.state()
    assert state.seq == 12

    with Socket.of_room(narrow_server.ws_url, kept_five.room) as socket:
        socket.send({"type": "resume", "epoch": state.epoch, "since": 3})
        check_snapshot(socket, state)
    with Socket.of_room(narrow_server.ws_url, kept_five.room, position=(state.epoch, 0)) as socket:
        check_snapshot(socket, state)
    poll = kept_five.get("events/", epoch=state.epoch, since=2, wait=20).json()
    snapshot = {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert poll == {"epoch": state.epoch, "seq": 12, "top": 12, "events": [], "snapshot": snapshot}


def test_what_the_log_still_has_is_given_whole(kept_five: Queue, narrow_server: TuttiServer):
    state = kept_five.state()

    with Socket.of_room(narrow_server.ws_url, kept_five.room, position=(state.epoch, 8)) as socket:
        socket.wait_for("resumed")
        assert [event["seq"] for event in socket.new_events()] == [9, 10, 11, 12]


def test_more_than_500_events_are_a_snapshot_and_a_poll_without_a_limit_gives_100(
    voted_queue: Queue, server: TuttiServer
):
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
    for missed, frames in ((501, 2), (500, 501)):
        last_id = {"Last-Event-ID": f"{epoch}:{seq - missed}"}
        with event_stream(voted_queue.http, f"{voted_queue.path}stream/", headers=last_id) as stream:
            stream.next("connection.established")
            types = [stream.any_next().type]
            while types[-1] != "resumed":
                types.append(stream.any_next().type)
        assert len(types) == frames
        assert ("playlist.snapshot" in types) == (missed > 500)
    poll = voted_queue.get("events/", epoch=epoch, since=0).json()
    assert [event["seq"] for event in poll["events"]] == list(range(1, 101))
    assert (poll["seq"], poll["top"], poll["snapshot"]) == (100, seq, None)
