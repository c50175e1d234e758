"""Changing a room: its name, whether it is listed, what decides its order."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


@pytest.fixture
def own_queue(ada: httpx.Client) -> Queue:
    """In a room that Ada may change."""
    return queue_of(ada, new_room(ada))


def change(queue: Queue, **fields: Any) -> httpx.Response:
    return queue.http.patch(f"/api/rooms/{queue.room}/", json=fields)


def test_it_can_be_hidden_and_listed_again(own_queue: Queue):
    for is_public in (True, False, True):
        assert change(own_queue, is_public=is_public).json()["is_public"] is is_public
        listed = [room["slug"] for room in own_queue.http.get("/api/rooms/").json()]
        assert (own_queue.room in listed) is is_public


def test_a_new_name_is_told_once(own_queue: Queue, bo: httpx.Client):
    own_queue.fill(1)

    with Witness(own_queue) as witness:
        answers = [change(own_queue, name=name) for name in ("  Another  ", " Another ")]
        refused(change(own_queue, name=""), 400, "VALIDATION_ERROR", "name")
        refused(change(own_queue.as_seen_by(bo), name="Mine"), 403, "PERMISSION_DENIED")

    for answer in answers:
        assert (answer.status_code, answer.json()["name"], answer.json()["items"]) == (200, "Another", 1)
    assert witness.types == ["room.renamed"]
    assert witness.payloads == [{"name": "Another"}]


def test_a_new_name_and_order_are_told_one_after_the_other(own_queue: Queue):
    a, b = own_queue.fill(2)
    own_queue.vote(b, 1)

    with Witness(own_queue) as witness:
        assert change(own_queue, name="Another", order="votes").status_code == 200

    assert own_queue.ids() == [b, a]
    assert witness.types == ["room.renamed", "playlist.reordered"]


NONSENSE = [("name", "x" * 81), ("name", "a\x00"), ("is_public", "no"), ("order", "alphabet")]


def test_what_makes_no_sense_is_a_400(own_queue: Queue):
    before = own_queue.http.get(f"/api/rooms/{own_queue.room}/").json()

    for field, value in NONSENSE:
        refused(change(own_queue, **{field: value}), 400, "VALIDATION_ERROR", field)

    assert own_queue.http.get(f"/api/rooms/{own_queue.room}/").json() == before


def test_when_votes_begin_to_decide_the_queue_is_put_in_their_order(
    own_queue: Queue, bo: httpx.Client, cem: httpx.Client
):
    a, b, c, d = own_queue.fill(4)
    own_queue.vote(d, 1)
    own_queue.as_seen_by(bo).vote(d, 1)
    own_queue.as_seen_by(cem).vote(c, 1)
    own_queue.vote(a, -1)
    own_queue.play(b)

    with Witness(own_queue) as witness:
        assert change(own_queue, order="votes").json()["order"] == "votes"

    assert own_queue.ids() == [b, d, c, a]
    assert own_queue.positions() == [1.0, 2.0, 3.0, 4.0]
    assert witness.types == ["playlist.reordered"]


def test_the_same_order_again_and_one_that_changes_nothing_are_no_events(own_queue: Queue):
    a, b = own_queue.fill(2)
    own_queue.vote(a, 1)

    with Witness(own_queue) as witness:
        for order in ("manual", "votes"):
            assert change(own_queue, order=order).status_code == 200

    assert own_queue.ids() == [a, b]
    assert witness.types == []


def test_when_votes_no_longer_decide_items_stay_and_can_be_moved(own_queue: Queue):
    change(own_queue, order="votes")
    a, b, c = own_queue.fill(3)
    own_queue.vote(c, 1)
    refused(own_queue.patch(a, {"before": c}), 409, "ORDERED_BY_VOTES")

    with Witness(own_queue) as witness:
        change(own_queue, order="manual")

    assert own_queue.ids() == [c, a, b]
    assert witness.types == []
    own_queue.place(b, before=c)
    assert own_queue.ids() == [b, c, a]
