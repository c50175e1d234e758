"""Resuming by a frame: what lies between `since` and what this connection has already got."""

from typing import Any

import pytest

from tests.contract.conftest import Connect
from tests.contract.queues import Queue
from tests.fold import folded


def resume(epoch: Any, since: Any) -> dict[str, Any]:
    return {"type": "resume", "epoch": epoch, "since": since}


def test_what_was_missed_is_given_and_then_what_is_live(queue: Queue, connect: Connect):
    a, b = queue.fill(2)
    old = queue.state()
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
    assert folded(old, [*missed, live]) == queue.state()


def test_replayed_events_are_the_same_as_live_ones(queue: Queue, connect: Connect):
    there = connect()
    old = queue.state()
    queue.fill(3)
    live = there.events_up_to(3)
    socket = connect()

    socket.ask(resume(*old.position), "resumed")

    assert socket.new_events() == live


def test_nothing_missed_is_just_resumed(queue: Queue, connect: Connect):
    queue.fill(2)
    state = queue.state()
    socket = connect()

    socket.send(resume(*state.position))

    resumed = socket.next("resumed")
    assert resumed["payload"] == {"epoch": state.epoch, "seq": state.seq, "recovered": True}


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


def test_a_second_time_gives_nothing_again(queue: Queue, connect: Connect):
    old = queue.state()
    queue.fill(3)
    socket = connect()
    socket.ask(resume(*old.position), "resumed")
    assert len(socket.new_events()) == 3

    resumed = socket.ask(resume(*old.position), "resumed")

    assert socket.new_events() == []
    assert resumed["payload"]["recovered"] is True


@pytest.mark.parametrize("case", ["another epoch", "from the future"])
def test_what_the_log_cannot_give_is_a_snapshot(queue: Queue, connect: Connect, case: str):
    ids = queue.fill(3)
    queue.play(ids[1])
    state = queue.state()
    position = ("another", 1) if case == "another epoch" else (state.epoch, state.seq + 1)
    socket = connect()

    socket.send(resume(*position))

    snapshot, resumed = socket.next("playlist.snapshot"), socket.next("resumed")
    assert snapshot["payload"] == {"epoch": state.epoch, "seq": state.seq, "items": state.items}
    assert resumed["payload"] == {"epoch": state.epoch, "seq": state.seq, "recovered": False}
    queue.stop()
    assert socket.next("track.playing")["seq"] == state.seq + 1


@pytest.mark.parametrize(
    ("epoch", "since"),
    [
        *[(None, 0), ("", 0), (5, 0), (["x"], 0)],
        *[("own", since) for since in (None, -1, 1.5, "1", True, [0], 2**80)],
    ],
)
def test_what_is_no_moment_is_an_error(queue: Queue, connect: Connect, epoch: Any, since: Any):
    queue.fill(1)
    epoch = queue.state().epoch if epoch == "own" else epoch
    socket = connect()

    assert socket.error_for(resume(epoch, since)) == "VALIDATION_ERROR"
    assert socket.new_events() == []


@pytest.mark.parametrize("missing", ["epoch", "since"])
def test_both_parts_are_needed(connect: Connect, missing: str):
    frame = resume("x", 0)
    del frame[missing]

    assert connect().error_for(frame) == "VALIDATION_ERROR"
