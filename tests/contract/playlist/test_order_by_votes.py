"""Where votes decide: more votes first, then who reached that count earlier; positions always say so."""

import random
from itertools import count

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_new_items_stand_behind_those_that_came_before(voted_queue: Queue):
    with Witness(voted_queue) as witness:
        ids = voted_queue.fill(4)

    assert voted_queue.ids() == ids
    assert witness.types == ["track.added"] * 4


def test_who_gets_a_vote_rises(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)

    with Witness(voted_queue) as witness:
        voted = voted_queue.as_seen_by(ada).vote(c, 1)

    assert voted_queue.ids() == [c, a, b]
    assert witness.types == ["track.voted", "track.moved"]
    assert [payload["id"] for payload in witness.payloads] == [c, c]
    assert voted["position"] == voted_queue.item(c)["position"]


def test_it_gets_the_mean_of_its_new_neighbours(voted_queue: Queue, ada: httpx.Client, bo: httpx.Client):
    a, b, c, d = voted_queue.fill(4)
    voted_queue.as_seen_by(ada).vote(a, 1)
    positions = {item["id"]: item["position"] for item in voted_queue.items()}

    voted_queue.as_seen_by(ada).vote(d, 1)

    assert voted_queue.ids() == [a, d, b, c]
    assert voted_queue.item(d)["position"] == (positions[a] + positions[b]) / 2


def test_who_gets_a_vote_against_falls(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)

    with Witness(voted_queue) as witness:
        voted_queue.as_seen_by(ada).vote(a, -1)

    assert voted_queue.ids() == [b, c, a]
    assert witness.types == ["track.voted", "track.moved"]


def test_who_stands_right_already_is_not_moved(voted_queue: Queue, ada: httpx.Client, bo: httpx.Client):
    a, b, c = voted_queue.fill(3)

    with Witness(voted_queue) as witness:
        voted_queue.as_seen_by(ada).vote(a, 1)
        voted_queue.as_seen_by(bo).vote(a, 1)
        voted_queue.as_seen_by(bo).vote(c, -1)

    assert voted_queue.ids() == [a, b, c]
    assert witness.types == ["track.voted"] * 3


def test_among_equals_who_was_there_earlier_stands_first(
    voted_queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    a, b, c = voted_queue.fill(3)
    as_ada = voted_queue.as_seen_by(ada)

    as_ada.vote(c, 1)
    as_ada.vote(a, 1)

    assert voted_queue.ids() == [c, a, b]


def test_who_comes_back_to_a_count_has_reached_it_later(voted_queue: Queue, ada: httpx.Client):
    a, b, c = voted_queue.fill(3)
    as_ada = voted_queue.as_seen_by(ada)

    as_ada.vote(a, 1)
    as_ada.vote(a, 0)

    assert voted_queue.ids() == [b, c, a]


def test_a_new_item_goes_before_those_below_zero(voted_queue: Queue, ada: httpx.Client):
    a, b = voted_queue.fill(2)
    voted_queue.as_seen_by(ada).vote(a, -1)

    with Witness(voted_queue) as witness:
        item = voted_queue.add(voted_queue.tracks[10])

    assert voted_queue.ids() == [b, item["id"], a]
    assert witness.types == ["track.added"]


def test_a_place_is_passed_over_when_adding(voted_queue: Queue):
    a, b = voted_queue.fill(2)

    added = [
        voted_queue.add(track_id, **place)["id"]
        for track_id, place in zip(
            voted_queue.tracks[10:13], ({"position": -5}, {"before": a}, {"after": a}), strict=True
        )
    ]

    assert voted_queue.ids() == [a, b, *added]


@pytest.mark.parametrize("place", ["position", "after", "before"])
def test_nothing_is_moved_by_hand(voted_queue: Queue, place: str):
    a, b, c = voted_queue.fill(3)

    with Witness(voted_queue) as witness:
        answer = voted_queue.patch(c, {place: 0.5 if place == "position" else b})
        refused(answer, 409, "ORDERED_BY_VOTES")

    assert voted_queue.ids() == [a, b, c]
    assert witness.types == []


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
