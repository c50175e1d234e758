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
    def is_listed() -> bool:
        return own_queue.room in [room["slug"] for room in own_queue.http.get("/api/rooms/").json()]

    assert is_listed()
    assert change(own_queue, is_public=False).json()["is_public"] is False
    assert not is_listed()
    assert change(own_queue, is_public=True).json()["is_public"] is True
    assert is_listed()


def test_a_new_name_is_told(own_queue: Queue):
    own_queue.fill(1)

    with Witness(own_queue) as witness:
        answer = change(own_queue, name="  Another  ")

    assert (answer.status_code, answer.json()["name"], answer.json()["items"]) == (200, "Another", 1)
    assert witness.types == ["room.renamed"]
    assert witness.payloads == [{"name": "Another"}]


def test_the_same_name_again_is_no_event(own_queue: Queue):
    change(own_queue, name="Another")

    with Witness(own_queue) as witness:
        assert change(own_queue, name=" Another ").status_code == 200

    assert witness.types == []


def test_a_new_name_that_is_refused_is_no_event(own_queue: Queue, bo: httpx.Client):
    with Witness(own_queue) as witness:
        refused(change(own_queue, name=""), 400, "VALIDATION_ERROR", "name")
        refused(change(own_queue.as_seen_by(bo), name="Mine"), 403, "PERMISSION_DENIED")

    assert witness.types == []


def test_a_new_name_and_order_are_told_one_after_the_other(own_queue: Queue):
    a, b = own_queue.fill(2)
    own_queue.vote(b, 1)

    with Witness(own_queue) as witness:
        assert change(own_queue, name="Another", order="votes").status_code == 200

    assert own_queue.ids() == [b, a]
    assert witness.types == ["room.renamed", "playlist.reordered"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 81), ("is_public", "no"), ("order", "alphabet"), ("name", "a\x00")],
)
def test_what_makes_no_sense_is_a_400(own_queue: Queue, field: str, value: Any):
    before = own_queue.http.get(f"/api/rooms/{own_queue.room}/").json()

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
    assert set(witness.types) <= {"playlist.reordered", "track.moved"}


def test_a_queue_that_stands_right_already_is_not_touched(own_queue: Queue):
    a, b = own_queue.fill(2)
    own_queue.vote(a, 1)

    with Witness(own_queue) as witness:
        assert change(own_queue, order="votes").status_code == 200

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


def test_the_same_order_again_is_no_event(own_queue: Queue):
    ids = own_queue.fill(3)

    with Witness(own_queue) as witness:
        assert change(own_queue, order="manual").status_code == 200

    assert own_queue.ids() == ids
    assert witness.types == []
