"""Playing and stopping."""

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_what_plays_stays_in_the_queue(queue: Queue):
    ids = queue.fill(3)

    with Witness(queue) as witness:
        item = queue.play(ids[1])

    assert (item["id"], item["is_playing"]) == (ids[1], True)
    assert item["played_at"] is not None
    assert queue.ids() == ids
    assert queue.item(ids[1]) == item
    assert witness.types == ["track.playing"]
    assert witness.payloads == [item]


def test_a_switch_is_one_event_and_one_play_that_ended(queue: Queue):
    a, b = queue.fill(2)
    queue.play(a)

    with Witness(queue) as witness:
        item = queue.play(b)

    assert witness.types == ["track.playing"]
    assert witness.payloads == [item]
    assert queue.playing() == b
    assert [play["id"] for play in queue.history()] == [a]


def test_what_already_plays_goes_on(queue: Queue):
    (a,) = queue.fill(1)
    first = queue.play(a)

    with Witness(queue) as witness:
        again = queue.play(a)

    assert again == first
    assert witness.types == []
    assert queue.history() == []


def test_stopping_tells_what_stopped(queue: Queue):
    (a,) = queue.fill(1)
    queue.play(a)

    with Witness(queue) as witness:
        queue.stop()

    assert witness.types == ["track.playing"]
    assert witness.payloads == [{"id": None, "is_playing": False, "stopped_id": a}]
    assert queue.playing() is None
    assert [play["id"] for play in queue.history()] == [a]


def test_stopping_when_nothing_plays_is_fine(queue: Queue):
    with Witness(queue) as witness:
        queue.stop()
        queue.stop()

    assert witness.types == []
    assert queue.history() == []


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": ""}])
def test_neither_needs_a_body_or_a_content_type(queue: Queue, headers: dict[str, str]):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        played = queue.post(f"{a}/play/", headers=headers)
        stopped = queue.post("stop/", headers=headers)

    assert (played.status_code, played.json()["id"]) == (200, a)
    assert (stopped.status_code, stopped.json()) == (200, {"status": "stopped"})
    assert witness.types == ["track.playing", "track.playing"]


def test_a_body_is_passed_over(queue: Queue):
    (a,) = queue.fill(1)

    assert queue.post(f"{a}/play/", json={}).status_code == 200
    assert queue.post("stop/", json={}).json() == {"status": "stopped"}


def test_what_is_not_in_the_queue_cannot_be_played(queue: Queue, voted_queue: Queue):
    (foreign,) = voted_queue.fill(1)
    (removed,) = queue.fill(1)
    queue.remove(removed)

    with Witness(queue) as witness:
        refused(queue.post(f"{foreign}/play/"), 404, "NOT_FOUND")
        refused(queue.post(f"{removed}/play/"), 404, "NOT_FOUND")

    assert witness.types == []


def test_rooms_play_on_their_own(queue: Queue, voted_queue: Queue):
    (a,), (b,) = queue.fill(1), voted_queue.fill(1)
    queue.play(a)

    with Witness(queue) as witness:
        voted_queue.play(b)

    assert (queue.playing(), voted_queue.playing()) == (a, b)
    assert witness.types == []


def test_playing_again_is_a_later_play(queue: Queue):
    a, b = queue.fill(2)
    first = queue.play(a)
    queue.play(b)

    again = queue.play(a)

    assert again["played_at"] > first["played_at"]
    assert [play["id"] for play in queue.history()] == [b, a]


def test_a_guest_may_play_too(queue: Queue, bo: httpx.Client):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        queue.as_seen_by(bo).play(a)

    assert witness.types == ["track.playing"]
