"""The fold that every event is proved by: it gives the new state, and it can fail.

That it folds every type as the server means it is in
tests/invariants/test_every_event.py; what else it rejects in tests/invariants/test_invariants_can_fail.py.
"""

from dataclasses import replace
from typing import Any

import pytest

from tests.fold import FACTS, PLAYER, Event, FoldError, Item, Snapshot, folded

EPOCH = "k3v9"
STOPPED = {"id": None, "is_playing": False, "stopped_id": 1}


def item(item_id: int, **fields: Any) -> Item:
    whole = {"position": float(item_id), "votes": 0, "is_playing": False}
    return {"id": item_id, "track": {"id": item_id + 4}, "track_id": item_id + 4, **whole, **fields}


def in_order(reported: list[tuple[str, Any]]) -> list[Event]:
    """Numbered events of these types and payloads, after the fifth."""
    return [
        {"type": event_type, "payload": payload, "epoch": EPOCH, "seq": seq, "op_id": None}
        for seq, (event_type, payload) in enumerate(reported, start=6)
    ]


FIELDS = {event_type: fact.field for event_type, fact in FACTS.items() if event_type != PLAYER}
FACTS_BEFORE: dict[str, Any] = dict.fromkeys(FIELDS, "before")
START = Snapshot(EPOCH, 5, [item(1), item(2)], FACTS_BEFORE)
# An event, and what is different after it.
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
    *(
        ([(event_type, {field: "after"})], {"facts": {**FACTS_BEFORE, event_type: "after"}})
        for event_type, field in FIELDS.items()
    ),
]


@pytest.mark.parametrize(("reported", "changes"), RIGHT)
def test_old_state_and_events_give_the_new_state(
    reported: list[tuple[str, Any]], changes: dict[str, Any]
) -> None:
    assert folded(START, in_order(reported)) == replace(START, seq=5 + len(reported), **changes)


@pytest.mark.parametrize(
    ("event_type", "payload"),
    [
        ("track.moved", item(1)),
        ("track.updated", item(2)),
        ("playlist.reordered", {"items": [{"id": 1, "position": 1.0}, {"id": 2, "position": 2.0}]}),
        ("playlist.reordered", {"items": [{"id": 1, "position": 2.0}, {"id": 2, "position": 1.0}]}),
        *((event_type, {field: "before"}) for event_type, field in FIELDS.items()),
        *((event_type, {field: "after", "text": "Halo"}) for event_type, field in FIELDS.items()),
        ("track.danced", item(1)),
    ],
)
def test_folding_detects_events_without_effect_or_without_a_target(event_type: str, payload: Any) -> None:
    with pytest.raises(FoldError):
        folded(START, in_order([(event_type, payload)]))


def test_folding_updates_the_player() -> None:
    """In a room without a player, no other event does that."""
    settings = {"autoplay": True, "after_play": "remove", "volume": 80}
    stopped = {"item_id": None, "state": "stopped", "anchor": None, "reason": None, **settings}
    start = replace(START, facts={PLAYER: stopped})
    playing = item(1, is_playing=True, played_at="2025-12-04T12:34:56Z")
    anchor = {"position_ms": 0, "at": "2025-12-04T12:34:56Z"}
    after = {**stopped, "item_id": 1, "state": "playing", "anchor": anchor}
    louder = {**settings, "volume": 90, "state": "playing", "anchor": anchor, "reason": None, "item": playing}

    assert folded(start, in_order([("track.playing", playing)])).facts == {PLAYER: after}
    reported = [("track.playing", playing), (PLAYER, louder)]
    assert folded(start, in_order(reported)).facts == {PLAYER: {**after, "volume": 90}}
