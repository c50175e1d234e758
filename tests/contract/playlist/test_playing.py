"""What plays, what has played; removing items and bringing them back."""

from typing import Any

import httpx

from tests.contract.error_checks import rejected
from tests.contract.libraries import Library
from tests.contract.observers import Observer
from tests.contract.payload_checks import check_item
from tests.contract.queues import Queue

# --- Playing and stopping ----------------------------------------------------------------------------


def test_the_playing_item_stays_in_the_queue_and_a_switch_is_one_event(queue: Queue, bo: httpx.Client):
    a, b, c = queue.fill(3)

    with Observer(queue, expected=["track.playing"] * 2) as witness:
        first = queue.play(b)
        assert queue.item(b) == first
        assert queue.play(b) == first
        assert queue.history() == []
        second = queue.as_seen_by(bo).play(c)

    assert (first["id"], first["is_playing"]) == (b, True)
    assert first["played_at"] is not None
    assert queue.ids() == [a, b, c]
    assert queue.playing() == c
    assert witness.payloads == [first, second]
    assert [play["id"] for play in queue.history()] == [b]


def test_stopping_sends_one_event_and_play_and_stop_need_no_body(queue: Queue):
    (a,) = queue.fill(1)
    with Observer(queue) as nothing_played:
        queue.stop()
    assert (nothing_played.types, queue.history()) == ([], [])
    bodies: list[dict[str, Any]] = [{}, {"json": {}}]

    for request_parts in (*bodies, *({"headers": {"Content-Type": kind}} for kind in ("text/plain", ""))):
        with Observer(queue, expected=["track.playing"] * 2) as witness:
            played = queue.post(f"{a}/play/", **request_parts)
            stopped = [queue.post("stop/", **request_parts) for _ in range(2)]

        assert (played.status_code, played.json()["id"]) == (200, a)
        for response in stopped:
            assert (response.status_code, response.json()) == (200, {"status": "stopped"})
        assert witness.payloads[1] == {"id": None, "is_playing": False, "stopped_id": a}
    assert queue.playing() is None
    assert [play["id"] for play in queue.history()] == [a] * 4


# --- `is_playing` in a PATCH: the same as play and stop ----------------------------------------------


def test_is_playing_true_plays_the_item_and_false_stops_only_that_item(queue: Queue):
    a, b = queue.fill(2)
    queue.play(a)

    with Observer(queue, expected=["track.moved", "track.playing", "track.playing"]) as witness:
        item = queue.place(b, before=a, is_playing=True)
        assert queue.place(b, is_playing=True) == item
        assert [play["id"] for play in queue.history()] == [a]
        assert queue.place(a, is_playing=False)["is_playing"] is False
        assert queue.playing() == b
        assert queue.place(b, is_playing=False)["is_playing"] is False

    assert (item["position"], item["is_playing"]) == (0.5, True)
    assert witness.payloads[1:] == [item, {"id": None, "is_playing": False, "stopped_id": b}]
    assert (queue.ids(), queue.playing()) == ([b, a], None)


def test_a_rejected_patch_changes_nothing_and_rooms_play_independently(queue: Queue, voted_queue: Queue):
    a, b, removed = queue.fill(3)
    (foreign,) = voted_queue.fill(1)
    queue.remove(removed)
    queue.play(a)

    with Observer(queue, expected=[]):
        voted_queue.play(foreign)
        for item_id in (foreign, removed):
            rejected(queue.post(f"{item_id}/play/"), 404, "NOT_FOUND")
        for value in ("true", 1, None, []):
            response = queue.patch(b, {"before": a, "is_playing": value})
            rejected(response, 400, "VALIDATION_ERROR", "is_playing")
        rejected(queue.patch(b, {"after": foreign, "is_playing": True}), 400, "VALIDATION_ERROR", "after")

    assert (queue.playing(), voted_queue.playing()) == (a, foreign)


# --- The plays that have ended -----------------------------------------------------------------------


def test_history_has_each_ended_play_of_one_room_also_of_removed_items(queue: Queue, voted_queue: Queue):
    """The last twenty, the newest first."""
    a, b, *more = queue.fill(20)
    played = queue.play(a)
    response = queue.get("history/")
    assert (response.json(), response.headers["X-Total-Count"]) == ([], "0")

    queue.play(b)
    again = queue.play(a)
    queue.remove(a)

    assert again["played_at"] > played["played_at"]
    assert [play["id"] for play in queue.history()] == [a, b, a]
    assert [play["track"] for play in queue.history()[::2]] == [played["track"]] * 2
    assert voted_queue.history() == []
    for item_id in more:
        queue.play(item_id)
    queue.stop()
    assert [play["id"] for play in queue.history()] == [*reversed(more), a, b]


def test_a_play_stores_the_item_as_it_was_at_its_end(
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


# --- Taking an item out of the queue -----------------------------------------------------------------


def test_removing_an_item_moves_no_other_and_stops_it_first(queue: Queue, voted_queue: Queue):
    a, b, c = queue.fill(3)
    queue.play(a)

    with Observer(queue, expected=["track.removed"]) as witness:
        rejected(voted_queue.delete(b), 404, "NOT_FOUND")
        queue.remove(b)
        rejected(queue.delete(b), 404, "NOT_FOUND")
    assert (queue.ids(), queue.positions(), queue.playing()) == ([a, c], [1.0, 3.0], a)
    assert witness.payloads == [{"id": b, "track_id": queue.tracks[1]}]

    with Observer(queue, expected=["track.playing", "track.removed"]) as witness:
        queue.remove(a)
    assert witness.payloads == [
        {"id": None, "is_playing": False, "stopped_id": a},
        {"id": a, "track_id": queue.tracks[0]},
    ]
    assert queue.ids() == [c]
    assert [play["id"] for play in queue.history()] == [a]


# --- Bringing a removed item back --------------------------------------------------------------------


def test_a_restored_item_has_its_fields_and_the_votes_of_its_voters(
    queue: Queue, ada: httpx.Client, bo: httpx.Client, cem: httpx.Client
):
    a, b, c = queue.fill(3)
    as_ada, as_bo, as_cem = callers = [queue.as_seen_by(voter) for voter in (ada, bo, cem)]
    for caller, value in zip(callers, (1, 1, -1), strict=True):
        caller.vote(b, value)
    before = queue.place(b, position=2.25)
    queue.remove(b)
    assert as_ada.my_votes() == {}

    with Observer(queue, expected=["track.added"]) as witness:
        item = queue.restore(b)

    assert queue.ids() == [a, b, c]
    assert item == queue.item(b) == {**before, "position": item["position"]}
    assert item["votes"] == 1
    assert witness.payloads == [item]
    assert [caller.my_votes() for caller in callers] == [{str(b): 1}, {str(b): 1}, {str(b): -1}]
    assert as_bo.vote(b, 1)["votes"] == 1
    assert as_cem.vote(b, 1)["votes"] == 3


def test_a_restored_item_follows_its_former_neighbour_or_the_nearest_one(queue: Queue):
    a, b, c, d = queue.fill(4)
    queue.remove(c)
    queue.remove(b)

    with Observer(queue, expected=["track.added", "track.added"]):
        queue.restore(c)
        queue.restore(b)
    assert queue.ids() == [a, b, c, d]

    queue.remove(c)
    queue.place(b, after=d)
    queue.restore(c)
    assert queue.ids() == [a, d, b, c]


def test_restoring_a_requeued_track_is_a_409_and_an_unknown_item_a_404(queue: Queue, voted_queue: Queue):
    (a,), (foreign,) = queue.fill(1), voted_queue.fill(1)
    queue.remove(a)
    voted_queue.remove(foreign)
    again = queue.add(queue.tracks[0])

    with Observer(queue, expected=[]):
        details = rejected(queue.post(f"{a}/restore/"), 409, "DUPLICATE_TRACK")
        rejected(queue.post(f"{foreign}/restore/"), 404, "NOT_FOUND")
        rejected(queue.post(f"{2**53}/restore/"), 404, "NOT_FOUND")

    assert details == {"track_id": queue.tracks[0], "item_id": again["id"]}


def test_a_restored_item_does_not_play_and_can_be_restored_repeatedly(queue: Queue, ada: httpx.Client):
    a, b = queue.fill(2)
    queue.as_seen_by(ada).vote(a, -1)
    played = queue.play(a)

    for _ in range(3):
        queue.remove(a)
        with Observer(queue, expected=["track.added"]):
            item = queue.restore(a)

    assert item == {**played, "is_playing": False, "position": item["position"]}
    assert (item["votes"], queue.ids(), queue.playing()) == (-1, [a, b], None)
    assert [play["id"] for play in queue.history()] == [a]
