"""Resuming by the URL: the order over the whole connection is strict."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.conftest import Connect
from tests.contract.queues import Queue
from tests.fold import folded, is_event


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


def test_from_the_beginning_everything_is_given(queue: Queue, connect: Connect):
    old = queue.state()
    queue.fill(4)

    socket = connect(position=old.position)

    socket.wait_for("resumed")
    assert folded(old, socket.new_events()) == queue.state()


def test_from_the_top_nothing_is_missed(queue: Queue, connect: Connect):
    queue.fill(2)
    state = queue.state()

    resumed = connect(position=state.position).next("resumed")

    assert resumed["payload"] == {"epoch": state.epoch, "seq": 2, "recovered": True}


@pytest.mark.parametrize("case", ["another epoch", "from the future"])
def test_what_the_log_cannot_give_is_a_snapshot(queue: Queue, connect: Connect, case: str):
    queue.fill(3)
    state = queue.state()
    position = ("another", 1) if case == "another epoch" else (state.epoch, state.seq + 10)

    socket = connect(position=position)
    snapshot, resumed = socket.next("playlist.snapshot"), socket.next("resumed")

    assert snapshot["payload"] == {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert resumed["payload"] == {"epoch": state.epoch, "seq": state.seq, "recovered": False}
    queue.fill(1)
    assert socket.next("track.added")["seq"] == state.seq + 1


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


@pytest.mark.parametrize("since", [0, 1])
def test_one_that_was_cut_off_can_go_on_as_often_as_it_likes(queue: Queue, connect: Connect, since: int):
    epoch = queue.state().epoch
    queue.fill(3)

    for _ in range(3):
        socket = connect(position=(epoch, since))
        socket.wait_for("resumed")
        assert [event["seq"] for event in socket.new_events()] == list(range(since + 1, 4))
