"""Where votes decide, what plays stands first."""

import httpx

from tests.contract.queues import Queue
from tests.contract.witnesses import Witness


def test_what_plays_comes_to_the_front(voted_queue: Queue):
    a, b, c = voted_queue.fill(3)

    with Witness(voted_queue) as witness:
        item = voted_queue.play(c)

    assert voted_queue.ids() == [c, a, b]
    assert sorted(witness.types) == ["track.moved", "track.playing"]
    assert item == voted_queue.item(c)


def test_when_it_stops_it_goes_where_its_votes_say(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)
    voted_queue.as_seen_by(ada).vote(b, 1)
    voted_queue.play(c)

    with Witness(voted_queue) as witness:
        voted_queue.stop()

    assert voted_queue.ids() == [b, a, c]
    assert sorted(witness.types) == ["track.moved", "track.playing"]


def test_a_switch_brings_one_forward_and_the_other_back(voted_queue: Queue):
    a, b, c = voted_queue.fill(3)
    voted_queue.play(b)

    with Witness(voted_queue) as witness:
        voted_queue.play(c)

    assert voted_queue.ids() == [c, a, b]
    assert witness.types.count("track.playing") == 1
    assert {payload["id"] for payload in witness.payloads} <= {b, c}


def test_votes_do_not_overtake_what_plays(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)
    as_ada = voted_queue.as_seen_by(ada)
    voted_queue.play(a)

    with Witness(voted_queue) as witness:
        as_ada.vote(c, 1)
        as_ada.vote(a, -1)

    assert voted_queue.ids() == [a, c, b]
    assert witness.types == ["track.voted", "track.moved", "track.voted"]


def test_who_plays_already_in_front_is_not_moved(voted_queue: Queue):
    a, b = voted_queue.fill(2)

    with Witness(voted_queue) as witness:
        voted_queue.play(a)
        voted_queue.stop()

    assert voted_queue.ids() == [a, b]
    assert witness.types == ["track.playing", "track.playing"]


def test_it_can_be_played_through_a_patch(voted_queue: Queue):
    a, b = voted_queue.fill(2)

    with Witness(voted_queue) as witness:
        item = voted_queue.place(b, is_playing=True)

    assert item == voted_queue.item(b)
    assert voted_queue.ids() == [b, a]
    assert sorted(witness.types) == ["track.moved", "track.playing"]


def test_a_new_item_stands_behind_what_plays(voted_queue: Queue, ada: httpx.Client):
    a, b = voted_queue.fill(2)
    voted_queue.as_seen_by(ada).vote(b, -1)
    voted_queue.play(b)

    item = voted_queue.add(voted_queue.tracks[10])

    assert voted_queue.ids() == [b, a, item["id"]]


def test_the_one_that_plays_is_removed_and_the_rest_stays_in_order(voted_queue: Queue):
    a, b, c = voted_queue.fill(3)
    voted_queue.play(c)

    with Witness(voted_queue) as witness:
        voted_queue.remove(c)

    assert voted_queue.ids() == [a, b]
    stopped, removed = witness.types.index("track.playing"), witness.types.index("track.removed")
    assert stopped < removed
