"""Taking an item out of the queue."""

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_the_others_stay_where_they_are(queue: Queue):
    a, b, c = queue.fill(3)

    with Witness(queue) as witness:
        queue.remove(b)

    assert queue.ids() == [a, c]
    assert queue.positions() == [1.0, 3.0]
    assert witness.types == ["track.removed"]
    assert witness.payloads == [{"id": b, "track_id": queue.tracks[1]}]


def test_what_plays_stops_first_and_goes_to_history(queue: Queue):
    a, b = queue.fill(2)
    queue.play(a)

    with Witness(queue) as witness:
        queue.remove(a)

    assert witness.types == ["track.playing", "track.removed"]
    assert witness.payloads == [
        {"id": None, "is_playing": False, "stopped_id": a},
        {"id": a, "track_id": queue.tracks[0]},
    ]
    assert queue.ids() == [b]
    assert [play["id"] for play in queue.history()] == [a]


def test_what_plays_goes_on_when_another_goes(queue: Queue):
    a, b = queue.fill(2)
    queue.play(a)

    with Witness(queue) as witness:
        queue.remove(b)

    assert queue.playing() == a
    assert witness.types == ["track.removed"]


def test_a_second_time_is_a_404_and_no_event(queue: Queue):
    (a,) = queue.fill(1)
    queue.remove(a)

    with Witness(queue) as witness:
        refused(queue.delete(a), 404, "NOT_FOUND")

    assert witness.types == []


def test_an_item_is_not_removed_through_another_room(queue: Queue, voted_queue: Queue):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        refused(voted_queue.delete(a), 404, "NOT_FOUND")

    assert witness.types == []
