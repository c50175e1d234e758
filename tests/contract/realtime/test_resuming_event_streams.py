"""`Last-Event-ID` resumes an event stream from the first moment."""

import pytest

from tests.contract.event_streams import Told, event_stream
from tests.contract.queues import Queue
from tests.fold import folded


def resumed_from(queue: Queue, last_id: str, count: int) -> list[Told]:
    """What comes after the greeting, to a browser that comes back."""
    with event_stream(queue.http, f"{queue.path}stream/", headers={"Last-Event-ID": last_id}) as stream:
        stream.next("connection.established")
        return [stream.any_next() for _ in range(count)]


def test_what_was_missed_is_given(queue: Queue):
    (a,) = queue.fill(1)
    old = queue.state()
    queue.play(a)
    queue.stop()

    first, second, resumed = resumed_from(queue, f"{old.epoch}:{old.seq}", 3)

    assert [first.id, second.id, resumed.id] == [f"{old.epoch}:2", f"{old.epoch}:3", None]
    assert folded(old, [first.frame, second.frame]) == queue.state()
    assert resumed.frame == {
        "type": "resumed",
        "payload": {"epoch": old.epoch, "seq": 3, "recovered": True},
    }


def test_the_greetings_own_id_is_enough(queue: Queue):
    queue.fill(2)
    with event_stream(queue.http, f"{queue.path}stream/") as stream:
        greeting = stream.next("connection.established")
    queue.fill(1)

    event, resumed = resumed_from(queue, str(greeting.id), 2)

    assert (event.type, event.frame["seq"], resumed.type) == ("track.added", 3, "resumed")


def test_one_that_is_cut_off_at_once_has_lost_nothing(queue: Queue):
    epoch = queue.state().epoch
    queue.fill(3)
    headers = {"Last-Event-ID": f"{epoch}:1"}
    with event_stream(queue.http, f"{queue.path}stream/", headers=headers) as stream:
        greeting = stream.next("connection.established")

    told = resumed_from(queue, greeting.id or f"{epoch}:1", 3)

    assert [each.frame.get("seq") for each in told] == [2, 3, None]


@pytest.mark.parametrize("case", ["another epoch", "future"])
def test_what_the_log_cannot_give_is_a_snapshot_with_an_id(queue: Queue, case: str):
    queue.fill(2)
    state = queue.state()
    last_id = "another:1" if case == "another epoch" else f"{state.epoch}:{state.seq + 1}"

    snapshot, resumed = resumed_from(queue, last_id, 2)

    assert snapshot.id == f"{state.epoch}:{state.seq}"
    assert snapshot.frame == {
        "type": "playlist.snapshot",
        "payload": {"epoch": state.epoch, "seq": state.seq, "items": state.items},
    }
    assert (resumed.id, resumed.frame["payload"]["recovered"]) == (None, False)


def test_the_snapshots_id_can_be_resumed_from(queue: Queue):
    queue.fill(1)
    snapshot, _ = resumed_from(queue, "another:7", 2)
    queue.fill(1)

    event, resumed = resumed_from(queue, str(snapshot.id), 2)

    assert (event.frame["seq"], resumed.frame["payload"]["recovered"]) == (2, True)
