"""Rooms where votes decide on the order."""

import random
from itertools import count

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

# --- Where votes decide: more votes first, then who reached that count earlier; positions always say so


def test_who_gets_a_vote_rises_to_the_mean_of_its_new_neighbours(voted_queue: Queue, ada: httpx.Client):
    a, b, c, d = voted_queue.fill(4)
    as_ada = voted_queue.as_seen_by(ada)

    with Witness(voted_queue) as witness:
        first = as_ada.vote(c, 1)
        assert voted_queue.ids() == [c, a, b, d]
        second = as_ada.vote(d, 1)

    assert voted_queue.ids() == [c, d, a, b]
    assert witness.types == ["track.voted", "track.moved"] * 2
    assert [payload["id"] for payload in witness.payloads] == [c, c, d, d]
    assert first["position"] == voted_queue.item(c)["position"]
    positions = voted_queue.positions()
    assert second["position"] == positions[1] == (positions[0] + positions[2]) / 2


def test_who_gets_a_vote_against_falls_and_new_items_stand_before_it(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)

    with Witness(voted_queue) as witness:
        voted_queue.as_seen_by(ada).vote(a, -1)
        item = voted_queue.add(voted_queue.tracks[10])

    assert voted_queue.ids() == [b, c, item["id"], a]
    assert witness.types == ["track.voted", "track.moved", "track.added"]


def test_who_stands_right_already_is_not_moved(voted_queue: Queue, ada: httpx.Client, bo: httpx.Client):
    a, b, c = voted_queue.fill(3)

    with Witness(voted_queue) as witness:
        voted_queue.as_seen_by(ada).vote(a, 1)
        voted_queue.as_seen_by(bo).vote(a, 1)
        voted_queue.as_seen_by(bo).vote(c, -1)

    assert voted_queue.ids() == [a, b, c]
    assert witness.types == ["track.voted"] * 3


def test_a_place_is_passed_over_when_adding_and_refused_when_moving(voted_queue: Queue):
    a, b = voted_queue.fill(2)
    places = [{"position": -5}, {"before": a}, {"after": a}, {"after": 2**53}]

    with Witness(voted_queue) as witness:
        added = [
            voted_queue.add(track_id, **place)["id"]
            for track_id, place in zip(voted_queue.tracks[10:14], places, strict=True)
        ]
        for place in ({"position": 0.5}, {"after": b}, {"before": a}):
            refused(voted_queue.patch(added[1], place), 409, "ORDERED_BY_VOTES")

    assert voted_queue.ids() == [a, b, *added]
    assert witness.types == ["track.added"] * 4


def test_what_comes_back_stands_where_its_votes_say(voted_queue: Queue, ada: httpx.Client, bo: httpx.Client):
    a, b, c = voted_queue.fill(3)
    voted_queue.as_seen_by(ada).vote(c, 1)
    voted_queue.remove(c)
    voted_queue.as_seen_by(ada).vote(b, 1)
    voted_queue.as_seen_by(bo).vote(b, 1)
    assert voted_queue.ids() == [b, a]

    with Witness(voted_queue) as witness:
        voted_queue.restore(c)

    assert voted_queue.ids() == [b, c, a]
    assert witness.types == ["track.added"]


@pytest.mark.both_sizes
def test_any_votes_at_all_leave_the_order_that_the_rules_say(
    voted_queue: Queue, ada: httpx.Client, bo: httpx.Client, cem: httpx.Client
):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance, clock = random.Random(seed), count()
    voters = [voted_queue.as_seen_by(http) for http in (ada, bo, cem)]
    reached = {item_id: (0, next(clock)) for item_id in voted_queue.fill(6)}

    with Witness(voted_queue) as witness:
        for _ in range(40):
            item_id = chance.choice(list(reached))
            votes = chance.choice(voters).vote(item_id, chance.choice([-1, 0, 1]))["votes"]
            if votes != reached[item_id][0]:
                reached[item_id] = (votes, next(clock))
            wanted = sorted(reached, key=lambda each: (-reached[each][0], reached[each][1]))
            assert voted_queue.ids() == wanted

    assert set(witness.types) <= {"track.voted", "track.moved", "playlist.reordered"}


# --- Where votes decide, what plays stands first -----------------------------------------------------


def test_what_plays_stands_in_front_and_goes_back_where_its_votes_say(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)
    voted_queue.as_seen_by(ada).vote(b, 1)
    assert voted_queue.ids() == [b, a, c]

    with Witness(voted_queue) as started:
        item = voted_queue.play(c)
        assert item == voted_queue.item(c)
    assert voted_queue.ids() == [c, b, a]
    with Witness(voted_queue) as switched:
        item = voted_queue.place(a, is_playing=True)
        assert item == voted_queue.item(a)
    assert voted_queue.ids() == [a, b, c]
    with Witness(voted_queue) as stopped:
        voted_queue.stop()
    assert voted_queue.ids() == [b, a, c]

    assert started.types == stopped.types == ["track.playing", "track.moved"]
    assert (switched.types[0], switched.types.count("track.playing")) == ("track.playing", 1)
    assert {payload["id"] for payload in switched.payloads} <= {a, c}


def test_votes_do_not_overtake_what_plays(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)
    as_ada = voted_queue.as_seen_by(ada)
    voted_queue.play(a)

    with Witness(voted_queue) as witness:
        as_ada.vote(c, 1)
        as_ada.vote(a, -1)

    assert voted_queue.ids() == [a, c, b]
    assert witness.types == ["track.voted", "track.moved", "track.voted"]


def test_who_plays_already_in_front_is_not_moved_and_a_new_item_stands_behind_it(
    voted_queue: Queue, ada: httpx.Client
):
    a, b = voted_queue.fill(2)

    with Witness(voted_queue) as witness:
        voted_queue.play(a)
        voted_queue.stop()
    assert voted_queue.ids() == [a, b]
    assert witness.types == ["track.playing", "track.playing"]

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
