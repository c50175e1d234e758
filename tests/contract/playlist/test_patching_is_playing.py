"""`is_playing` in a PATCH: the same as play and stop."""

from typing import Any

import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_true_plays_the_item(queue: Queue):
    a, b = queue.fill(2)
    queue.play(a)

    with Witness(queue) as witness:
        item = queue.place(b, is_playing=True)

    assert item["is_playing"] is True
    assert witness.types == ["track.playing"]
    assert witness.payloads == [item]
    assert [play["id"] for play in queue.history()] == [a]


def test_true_for_what_plays_is_no_event(queue: Queue):
    (a,) = queue.fill(1)
    playing = queue.play(a)

    with Witness(queue) as witness:
        assert queue.place(a, is_playing=True) == playing

    assert witness.types == []


def test_false_stops_what_plays(queue: Queue):
    (a,) = queue.fill(1)
    queue.play(a)

    with Witness(queue) as witness:
        item = queue.place(a, is_playing=False)

    assert item["is_playing"] is False
    assert witness.payloads == [{"id": None, "is_playing": False, "stopped_id": a}]
    assert queue.playing() is None


def test_false_for_another_lets_what_plays_go_on(queue: Queue):
    a, b = queue.fill(2)
    queue.play(a)

    with Witness(queue) as witness:
        item = queue.place(b, is_playing=False)

    assert item["is_playing"] is False
    assert queue.playing() == a
    assert witness.types == []


def test_it_goes_together_with_a_move(queue: Queue):
    a, b = queue.fill(2)

    with Witness(queue) as witness:
        item = queue.place(b, before=a, is_playing=True)

    assert (item["position"], item["is_playing"]) == (0.0, True)
    assert queue.ids() == [b, a]
    assert sorted(witness.types) == ["track.moved", "track.playing"]


@pytest.mark.parametrize("value", ["true", 1, None, []])
def test_what_is_no_flag_is_a_400_and_nothing_moves(queue: Queue, value: Any):
    a, b = queue.fill(2)

    with Witness(queue) as witness:
        refused(queue.patch(b, {"before": a, "is_playing": value}), 400, "VALIDATION_ERROR", "is_playing")

    assert witness.types == []


def test_a_place_that_is_refused_plays_nothing(queue: Queue, voted_queue: Queue):
    (a,) = queue.fill(1)
    (foreign,) = voted_queue.fill(1)

    with Witness(queue) as witness:
        refused(queue.patch(a, {"after": foreign, "is_playing": True}), 400, "VALIDATION_ERROR", "after")

    assert queue.playing() is None
    assert witness.types == []
