"""The fold that every event is proved by: it gives the new state, and it can fail.

What else it refuses is in tests/invariants/test_invariants_can_fail.py.
"""

from dataclasses import replace
from typing import Any

import pytest

from tests.fold import EVENT_TYPES, Event, FoldError, Item, Snapshot, folded

EPOCH = "k3v9"
STOPPED = {"id": None, "is_playing": False, "stopped_id": 1}


def item(item_id: int, **fields: Any) -> Item:
    whole = {"position": float(item_id), "votes": 0, "is_playing": False}
    return {"id": item_id, "track": {"id": item_id + 4}, "track_id": item_id + 4, **whole, **fields}


def in_order(told: list[tuple[str, Any]]) -> list[Event]:
    """Numbered events of these types and payloads, after the fifth."""
    return [
        {"type": event_type, "payload": payload, "epoch": EPOCH, "seq": seq, "op_id": None}
        for seq, (event_type, payload) in enumerate(told, start=6)
    ]


START = Snapshot(EPOCH, 5, [item(1), item(2)], "Kitchen")
# For each type of event: what is told, and what is different after it.
RIGHT: list[tuple[list[tuple[str, Any]], dict[str, Any]]] = [
    ([], {}),
    (
        [("track.added", item(3, position=1.5))],
        {"items": [item(1), item(3, position=1.5), item(2)]},
    ),
    ([("track.moved", item(1, position=9.0))], {"items": [item(2), item(1, position=9.0)]}),
    ([("track.voted", item(2, votes=-1))], {"items": [item(1), item(2, votes=-1)]}),
    ([("track.updated", item(2, added_by="Cem"))], {"items": [item(1), item(2, added_by="Cem")]}),
    ([("track.removed", {"id": 1, "track_id": 5})], {"items": [item(2)]}),
    (
        [("track.playing", item(1, is_playing=True)), ("track.playing", item(2, is_playing=True))],
        {"items": [item(1), item(2, is_playing=True)]},
    ),
    ([("track.playing", item(1, is_playing=True)), ("track.playing", STOPPED)], {}),
    (
        [
            ("track.moved", item(2, position=0.5)),
            ("playlist.reordered", {"items": [{"id": 2, "position": 1.0}, {"id": 1, "position": 2.0}]}),
        ],
        {"items": [item(2, position=1.0), item(1, position=2.0)]},
    ),
    ([("room.renamed", {"name": "Cellar"})], {"name": "Cellar"}),
]


@pytest.mark.parametrize(("told", "changes"), RIGHT)
def test_old_state_and_events_give_the_new_state(
    told: list[tuple[str, Any]], changes: dict[str, Any]
) -> None:
    assert folded(START, in_order(told)) == replace(START, seq=5 + len(told), **changes)


def test_every_type_of_event_is_folded_here() -> None:
    assert {event_type for told, _ in RIGHT for event_type, _ in told} == EVENT_TYPES


@pytest.mark.parametrize(
    ("event_type", "payload"),
    [
        ("track.moved", item(1)),
        ("track.updated", item(2)),
        ("playlist.reordered", {"items": [{"id": 1, "position": 1.0}, {"id": 2, "position": 2.0}]}),
        ("playlist.reordered", {"items": [{"id": 1, "position": 2.0}, {"id": 2, "position": 1.0}]}),
        ("room.renamed", {"name": "Kitchen"}),
        ("room.renamed", {"name": "Cellar", "slug": "cellar"}),
        ("track.danced", item(1)),
    ],
)
def test_what_changes_nothing_or_fits_nowhere_is_found(event_type: str, payload: Any) -> None:
    with pytest.raises(FoldError):
        folded(START, in_order([(event_type, payload)]))
