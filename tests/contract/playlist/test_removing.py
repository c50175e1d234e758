"""Removing items and bringing them back."""

import httpx

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

# --- Taking an item out of the queue -----------------------------------------------------------------


def test_the_others_stay_where_they_are_and_go_on_playing(queue: Queue, voted_queue: Queue):
    a, b, c = queue.fill(3)
    queue.play(a)

    with Witness(queue) as witness:
        refused(voted_queue.delete(b), 404, "NOT_FOUND")
        queue.remove(b)
        refused(queue.delete(b), 404, "NOT_FOUND")

    assert queue.ids() == [a, c]
    assert queue.positions() == [1.0, 3.0]
    assert queue.playing() == a
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


# --- Bringing a removed item back --------------------------------------------------------------------


def test_it_comes_back_as_it_was(queue: Queue, ada: httpx.Client):
    a, b, c = queue.fill(3)
    queue.as_seen_by(ada).place(b, position=2.25)
    before = queue.item(b)
    queue.remove(b)

    with Witness(queue) as witness:
        item = queue.restore(b)

    assert queue.ids() == [a, b, c]
    assert item == {**before, "position": item["position"]}
    assert witness.types == ["track.added"]
    assert witness.payloads == [item]
    assert queue.item(b) == item


def test_its_votes_come_back_and_still_belong_to_their_voters(
    queue: Queue, ada: httpx.Client, bo: httpx.Client, cem: httpx.Client
):
    (a,) = queue.fill(1)
    as_ada, as_bo, as_cem = (queue.as_seen_by(voter) for voter in (ada, bo, cem))
    as_ada.vote(a, 1)
    as_bo.vote(a, 1)
    as_cem.vote(a, -1)
    queue.remove(a)
    assert as_ada.my_votes() == {}

    with Witness(queue) as witness:
        item = queue.restore(a)

    assert item["votes"] == 1
    assert witness.types == ["track.added"]
    assert [caller.my_votes() for caller in (as_ada, as_bo, as_cem)] == [
        {str(a): 1},
        {str(a): 1},
        {str(a): -1},
    ]
    assert as_ada.vote(a, 1)["votes"] == 1
    assert as_cem.vote(a, 1)["votes"] == 3


def test_it_follows_the_item_it_stood_after_or_takes_the_nearest_sensible_place(queue: Queue):
    a, b, c, d = queue.fill(4)
    queue.remove(c)
    queue.remove(b)

    with Witness(queue) as witness:
        queue.restore(c)
        queue.restore(b)
    assert queue.ids() == [a, b, c, d]
    assert witness.types == ["track.added", "track.added"]

    queue.remove(c)
    queue.place(b, after=d)
    queue.restore(c)
    assert queue.ids() == [a, d, b, c]


def test_when_its_track_is_queued_again_it_is_a_409_and_what_was_never_there_a_404(
    queue: Queue, voted_queue: Queue
):
    (a,), (foreign,) = queue.fill(1), voted_queue.fill(1)
    queue.remove(a)
    voted_queue.remove(foreign)
    again = queue.add(queue.tracks[0])

    with Witness(queue) as witness:
        details = refused(queue.post(f"{a}/restore/"), 409, "DUPLICATE_TRACK")
        refused(queue.post(f"{foreign}/restore/"), 404, "NOT_FOUND")
        refused(queue.post(f"{2**53}/restore/"), 404, "NOT_FOUND")

    assert details == {"track_id": queue.tracks[0], "item_id": again["id"]}
    assert witness.types == []


def test_what_played_comes_back_silent_and_as_often_as_it_goes(queue: Queue, ada: httpx.Client):
    a, b = queue.fill(2)
    queue.as_seen_by(ada).vote(a, -1)
    played = queue.play(a)

    for _ in range(3):
        queue.remove(a)
        with Witness(queue) as witness:
            item = queue.restore(a)
        assert witness.types == ["track.added"]

    assert item == {**played, "is_playing": False, "position": item["position"]}
    assert (item["votes"], queue.ids(), queue.playing()) == (-1, [a, b], None)
    assert [play["id"] for play in queue.history()] == [a]
