"""Bringing a removed item back."""

import httpx

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


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


def test_the_first_comes_back_to_the_head(queue: Queue):
    a, b = queue.fill(2)
    queue.remove(a)

    queue.restore(a)

    assert queue.ids() == [a, b]


def test_it_follows_the_item_it_stood_after(queue: Queue):
    a, b, c, d = queue.fill(4)
    queue.remove(c)
    queue.place(b, after=d)

    queue.restore(c)

    assert queue.ids() == [a, d, b, c]


def test_where_that_one_has_gone_too_the_nearest_sensible_place_is_taken(queue: Queue):
    a, b, c, d = queue.fill(4)
    queue.remove(c)
    queue.remove(b)

    with Witness(queue) as witness:
        queue.restore(c)
        queue.restore(b)

    assert queue.ids() == [a, b, c, d]
    assert witness.types == ["track.added", "track.added"]


def test_when_its_track_is_queued_again_it_is_a_409(queue: Queue):
    (a,) = queue.fill(1)
    queue.remove(a)
    again = queue.add(queue.tracks[0])

    with Witness(queue) as witness:
        details = refused(queue.post(f"{a}/restore/"), 409, "DUPLICATE_TRACK")

    assert details == {"track_id": queue.tracks[0], "item_id": again["id"]}
    assert witness.types == []


def test_what_played_comes_back_silent(queue: Queue):
    (a,) = queue.fill(1)
    queue.play(a)
    queue.remove(a)

    with Witness(queue) as witness:
        item = queue.restore(a)

    assert item["is_playing"] is False
    assert queue.playing() is None
    assert witness.types == ["track.added"]
    assert [play["id"] for play in queue.history()] == [a]


def test_what_was_never_there_is_a_404(queue: Queue, voted_queue: Queue):
    (foreign,) = voted_queue.fill(1)
    voted_queue.remove(foreign)

    with Witness(queue) as witness:
        refused(queue.post(f"{foreign}/restore/"), 404, "NOT_FOUND")
        refused(queue.post(f"{2**53}/restore/"), 404, "NOT_FOUND")

    assert witness.types == []


def test_it_can_go_and_come_back_again(queue: Queue, ada: httpx.Client):
    a, b = queue.fill(2)
    queue.as_seen_by(ada).vote(a, -1)

    for _ in range(3):
        queue.remove(a)
        item = queue.restore(a)

    assert item["votes"] == -1
    assert queue.ids() == [a, b]
