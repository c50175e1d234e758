"""The plays that have ended."""

import httpx

from tests.contract.queues import Queue
from tests.contract.shapes import check_item


def test_it_is_empty_at_first(queue: Queue):
    queue.fill(1)

    answer = queue.get("history/")

    assert answer.json() == []
    assert answer.headers["X-Total-Count"] == "0"


def test_what_plays_is_not_in_it_yet(queue: Queue):
    (a,) = queue.fill(1)

    queue.play(a)

    assert queue.history() == []


def test_the_newest_stands_first(queue: Queue):
    ids = queue.fill(3)

    for item_id in ids:
        queue.play(item_id)
    queue.stop()

    assert [play["id"] for play in queue.history()] == [*reversed(ids)]


def test_twenty_are_given(queue: Queue):
    ids = queue.fill(22)

    for item_id in ids:
        queue.play(item_id)
    queue.stop()

    assert [play["id"] for play in queue.history()] == [*reversed(ids)][:20]


def test_a_play_is_the_item_as_it_was(queue: Queue, ada: httpx.Client, bo: httpx.Client):
    (a,) = queue.fill(1)
    queue.as_seen_by(ada).vote(a, 1)
    played = queue.play(a)
    queue.stop()
    queue.as_seen_by(bo).vote(a, 1)
    queue.place(a, position=9)

    (play,) = queue.history()

    check_item(play)
    same = ("id", "track", "track_id", "position", "votes", "added_by", "added_at", "played_at")
    assert {name: play[name] for name in same} == {name: played[name] for name in same}


def test_an_item_that_has_left_the_queue_stays(queue: Queue):
    (a,) = queue.fill(1)
    played = queue.play(a)

    queue.remove(a)

    (play,) = queue.history()
    assert (play["id"], play["track"]) == (a, played["track"])


def test_the_same_item_is_there_once_for_each_play(queue: Queue):
    a, b = queue.fill(2)

    for item_id in (a, b, a):
        queue.play(item_id)
    queue.stop()

    assert [play["id"] for play in queue.history()] == [a, b, a]


def test_every_room_has_its_own(queue: Queue, voted_queue: Queue):
    (a,) = queue.fill(1)
    queue.play(a)
    queue.stop()

    assert voted_queue.history() == []
