"""The fold that every event is proved by: it can fail."""

from typing import Any

import pytest

from tests.contract.folding import folded

TRACK = {"id": 5, "title": "Halo"}


def item(item_id: int, **fields: Any) -> dict[str, Any]:
    whole = {"track": TRACK, "track_id": 5, "position": float(item_id), "votes": 0, "is_playing": False}
    return {"id": item_id, **whole, **fields}


def event(kind: str, payload: Any) -> dict[str, Any]:
    return {"type": kind, "payload": payload}


def reordered(*places: dict[str, Any]) -> dict[str, Any]:
    return event("playlist.reordered", {"items": [*places]})


STOPPED = {"id": None, "is_playing": False, "stopped_id": 1}


@pytest.mark.parametrize(
    ("events", "result"),
    [
        ([], [item(1), item(2)]),
        ([event("track.added", item(3, position=1.5))], [item(1), item(3, position=1.5), item(2)]),
        ([event("track.moved", item(1, position=9.0))], [item(2), item(1, position=9.0)]),
        ([event("track.voted", item(2, votes=-1))], [item(1), item(2, votes=-1)]),
        ([event("track.removed", {"id": 1, "track_id": 5})], [item(2)]),
        (
            [
                event("track.playing", item(1, is_playing=True)),
                event("track.playing", item(2, is_playing=True)),
            ],
            [item(1), item(2, is_playing=True)],
        ),
        (
            [event("track.playing", item(1, is_playing=True)), event("track.playing", STOPPED)],
            [item(1), item(2)],
        ),
        (
            [reordered({"id": 2, "position": 1.0}, {"id": 1, "position": 2.0})],
            [item(2, position=1.0), item(1, position=2.0)],
        ),
    ],
)
def test_old_state_and_events_give_the_new_state(events: list[Any], result: list[Any]):
    assert folded([item(1), item(2)], events) == result


@pytest.mark.parametrize(
    "wrong",
    [
        event("track.added", item(1, votes=1)),
        event("track.moved", item(1)),
        event("track.voted", item(3, votes=1)),
        event("track.updated", item(2)),
        event("track.removed", {"id": 1, "track_id": 6}),
        event("track.playing", item(3, is_playing=True)),
        event("track.playing", item(1)),
        event("track.playing", STOPPED),
        reordered({"id": 1, "position": 1.0}),
        reordered({"id": 1, "position": 2.0}, {"id": 2, "position": 1.0}),
        event("track.danced", item(1)),
    ],
)
def test_what_changes_nothing_or_fits_nowhere_is_found(wrong: dict[str, Any]):
    with pytest.raises(AssertionError):
        folded([item(1), item(2)], [wrong])


def test_what_plays_is_not_removed_without_a_word():
    playing = [item(1, is_playing=True)]

    with pytest.raises(AssertionError):
        folded(playing, [event("track.removed", {"id": 1, "track_id": 5})])
