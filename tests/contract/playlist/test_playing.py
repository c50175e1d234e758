"""What plays, and what has played."""

import httpx
import pytest

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.shapes import check_item
from tests.contract.witnesses import Witness

# --- Playing and stopping ----------------------------------------------------------------------------


def test_what_plays_stays_in_the_queue_and_a_switch_is_one_event(queue: Queue, bo: httpx.Client):
    a, b, c = queue.fill(3)

    with Witness(queue) as witness:
        first = queue.play(b)
        assert queue.item(b) == first
        assert queue.play(b) == first
        assert queue.history() == []
        second = queue.as_seen_by(bo).play(c)

    assert (first["id"], first["is_playing"]) == (b, True)
    assert first["played_at"] is not None
    assert queue.ids() == [a, b, c]
    assert queue.playing() == c
    assert witness.types == ["track.playing"] * 2
    assert witness.payloads == [first, second]
    assert [play["id"] for play in queue.history()] == [b]


def test_stopping_tells_what_stopped_once(queue: Queue):
    (a,) = queue.fill(1)
    with Witness(queue) as nothing_played:
        queue.stop()
    assert (nothing_played.types, queue.history()) == ([], [])
    queue.play(a)

    with Witness(queue) as witness:
        queue.stop()
        queue.stop()

    assert witness.types == ["track.playing"]
    assert witness.payloads == [{"id": None, "is_playing": False, "stopped_id": a}]
    assert queue.playing() is None
    assert [play["id"] for play in queue.history()] == [a]


@pytest.mark.parametrize(
    "request_parts",
    [{}, {"json": {}}, *({"headers": {"Content-Type": kind}} for kind in ("text/plain", ""))],
    ids=repr,
)
def test_neither_needs_a_body_or_a_content_type(queue: Queue, request_parts: dict[str, dict[str, str]]):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        played = queue.post(f"{a}/play/", **request_parts)
        stopped = queue.post("stop/", **request_parts)

    assert (played.status_code, played.json()["id"]) == (200, a)
    assert (stopped.status_code, stopped.json()) == (200, {"status": "stopped"})
    assert witness.types == ["track.playing", "track.playing"]


def test_rooms_play_on_their_own(queue: Queue, voted_queue: Queue):
    (a, removed), (b,) = queue.fill(2), voted_queue.fill(1)
    queue.remove(removed)
    queue.play(a)

    with Witness(queue) as witness:
        voted_queue.play(b)
        refused(queue.post(f"{b}/play/"), 404, "NOT_FOUND")
        refused(queue.post(f"{removed}/play/"), 404, "NOT_FOUND")

    assert (queue.playing(), voted_queue.playing()) == (a, b)
    assert witness.types == []


# --- `is_playing` in a PATCH: the same as play and stop ----------------------------------------------


def test_true_plays_the_item_and_false_stops_what_plays_and_nothing_else(queue: Queue):
    a, b = queue.fill(2)
    queue.play(a)

    with Witness(queue) as witness:
        item = queue.place(b, is_playing=True)
        assert queue.place(b, is_playing=True) == item
        assert [play["id"] for play in queue.history()] == [a]
        assert queue.place(a, is_playing=False)["is_playing"] is False
        assert queue.playing() == b
        assert queue.place(b, is_playing=False)["is_playing"] is False

    assert item["is_playing"] is True
    assert witness.types == ["track.playing"] * 2
    assert witness.payloads == [item, {"id": None, "is_playing": False, "stopped_id": b}]
    assert queue.playing() is None


def test_it_goes_together_with_a_move(queue: Queue):
    a, b = queue.fill(2)

    with Witness(queue) as witness:
        item = queue.place(b, before=a, is_playing=True)

    assert (item["position"], item["is_playing"]) == (0.5, True)
    assert queue.ids() == [b, a]
    assert witness.types == ["track.moved", "track.playing"]


def test_what_is_refused_neither_moves_nor_plays(queue: Queue, voted_queue: Queue):
    a, b = queue.fill(2)
    (foreign,) = voted_queue.fill(1)

    with Witness(queue) as witness:
        for value in ("true", 1, None, []):
            answer = queue.patch(b, {"before": a, "is_playing": value})
            refused(answer, 400, "VALIDATION_ERROR", "is_playing")
        refused(queue.patch(a, {"after": foreign, "is_playing": True}), 400, "VALIDATION_ERROR", "after")

    assert queue.playing() is None
    assert witness.types == []


# --- The plays that have ended -----------------------------------------------------------------------


def test_it_is_of_one_room_and_tells_each_play_that_has_ended_also_of_what_has_left(
    queue: Queue, voted_queue: Queue
):
    a, b = queue.fill(2)
    played = queue.play(a)
    answer = queue.get("history/")
    assert (answer.json(), answer.headers["X-Total-Count"]) == ([], "0")

    queue.play(b)
    again = queue.play(a)
    queue.remove(a)

    assert again["played_at"] > played["played_at"]
    assert [play["id"] for play in queue.history()] == [a, b, a]
    assert [play["track"] for play in queue.history()[::2]] == [played["track"]] * 2
    assert voted_queue.history() == []


def test_twenty_are_given_the_newest_first(queue: Queue):
    ids = queue.fill(22)

    for item_id in ids:
        queue.play(item_id)
    queue.stop()

    assert [play["id"] for play in queue.history()] == [*reversed(ids)][:20]


def test_a_play_is_the_item_as_it_was_at_its_end(
    queue: Queue, ada: httpx.Client, bo: httpx.Client, library: Library
):
    track = library.add("Helo")["id"]
    a = queue.add(track)["id"]
    played = queue.play(a)
    queue.as_seen_by(ada).vote(a, 1)
    library.change(track, genre="soul")
    last = queue.item(a)
    queue.stop()
    queue.as_seen_by(bo).vote(a, 1)
    queue.place(a, position=9)
    library.change(track, title="Hello")

    (play,) = queue.history()

    check_item(play)
    assert play["played_at"] == played["played_at"]
    same = ("id", "track", "track_id", "position", "votes", "added_by", "added_at", "played_at")
    assert {name: play[name] for name in same} == {name: last[name] for name in same}
    assert (play["votes"], play["track"]["title"], play["track"]["genre"]) == (1, "Helo", "soul")
    assert play["is_playing"] is False
