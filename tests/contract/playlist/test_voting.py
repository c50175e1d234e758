"""Voting: the caller's own vote within −1 … +1."""

from typing import Any

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


@pytest.fixture
def item(queue: Queue) -> int:
    return queue.fill(1)[0]


def test_a_step_up_counts_one(queue: Queue, ada: httpx.Client, item: int):
    with Witness(queue) as witness:
        voted = queue.as_seen_by(ada).step(item, "up")

    assert (voted.pop("my_vote"), voted["votes"]) == (1, 1)
    assert witness.types == ["track.voted"]
    assert witness.payloads == [voted]
    assert queue.item(item) == voted


def test_steps_go_down_through_none_and_up_again(queue: Queue, ada: httpx.Client, item: int):
    as_ada = queue.as_seen_by(ada)

    with Witness(queue) as witness:
        steps = [as_ada.step(item, direction) for direction in ("up", "down", "down", "up", "up")]

    assert [(step["votes"], step["my_vote"]) for step in steps] == [(1, 1), (0, 0), (-1, -1), (0, 0), (1, 1)]
    assert witness.types == ["track.voted"] * 5
    assert [payload["votes"] for payload in witness.payloads] == [1, 0, -1, 0, 1]


@pytest.mark.parametrize(("direction", "end"), [("up", 1), ("down", -1)])
def test_pressing_on_at_the_end_changes_nothing(
    queue: Queue, ada: httpx.Client, item: int, direction: str, end: int
):
    as_ada = queue.as_seen_by(ada)
    first = as_ada.step(item, direction)

    with Witness(queue) as witness:
        again = as_ada.step(item, direction)

    assert (first["votes"], first["my_vote"]) == (end, end)
    assert again == first
    assert witness.types == []


def test_a_value_sets_the_vote(queue: Queue, ada: httpx.Client, item: int):
    as_ada = queue.as_seen_by(ada)

    with Witness(queue) as witness:
        votes = [as_ada.vote(item, value) for value in (-1, 1, 0, 1)]

    assert [(vote["votes"], vote["my_vote"]) for vote in votes] == [(-1, -1), (1, 1), (0, 0), (1, 1)]
    assert witness.types == ["track.voted"] * 4


@pytest.mark.parametrize("value", [-1, 0, 1])
def test_the_same_value_again_is_no_event(queue: Queue, ada: httpx.Client, item: int, value: int):
    as_ada = queue.as_seen_by(ada)
    as_ada.vote(item, value)

    with Witness(queue) as witness:
        again = as_ada.vote(item, value)

    assert (again["votes"], again["my_vote"]) == (value, value)
    assert witness.types == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"direction": 1}, "direction"),
        ({"direction": None}, "direction"),
    ]
    + [({"value": value}, "value") for value in (2, -2, 0.5, "1", True, None)],
)
def test_what_is_no_vote_is_a_400(queue: Queue, ada: httpx.Client, item: int, body: Any, field: str):
    with Witness(queue) as witness:
        answer = queue.as_seen_by(ada).post(f"{item}/vote/", json=body)
        refused(answer, 400, "VALIDATION_ERROR", field)

    assert witness.types == []


@pytest.mark.parametrize("body", [{}, {"direction": "up", "value": 1}])
def test_neither_or_both_is_a_400(queue: Queue, ada: httpx.Client, item: int, body: Any):
    with Witness(queue) as witness:
        refused(queue.as_seen_by(ada).post(f"{item}/vote/", json=body), 400, "VALIDATION_ERROR")

    assert witness.types == []


def test_what_is_not_in_the_queue_gets_no_votes(queue: Queue, ada: httpx.Client, item: int):
    as_ada = queue.as_seen_by(ada)
    queue.remove(item)

    with Witness(queue) as witness:
        refused(as_ada.post(f"{item}/vote/", json={"value": 1}), 404, "NOT_FOUND")

    assert witness.types == []


def test_a_vote_moves_nothing_where_the_order_is_manual(queue: Queue, ada: httpx.Client):
    ids = queue.fill(3)

    with Witness(queue) as witness:
        queue.as_seen_by(ada).vote(ids[2], 1)

    assert queue.ids() == ids
    assert witness.types == ["track.voted"]
