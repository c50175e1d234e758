"""What a client does with events: old state and events give the new state. Pure; knows only the contract."""

from collections.abc import Iterable, Sequence
from typing import Any

Item = dict[str, Any]
Event = dict[str, Any]


def folded(items: Sequence[Item], events: Iterable[Event]) -> list[Item]:
    """The queue after the events. Fails when an event changes nothing, or names what is not there."""
    state = {item["id"]: dict(item) for item in items}
    for event in events:
        before = {item_id: dict(item) for item_id, item in state.items()}
        apply(state, event["type"], event["payload"])
        assert state != before, f"an event that changes nothing: {event}"
    return sorted(state.values(), key=lambda item: item["position"])


def apply(state: dict[int, Item], event_type: str, payload: Any) -> None:
    match event_type:
        case "track.added":
            assert payload["id"] not in state, f"added twice: {payload}"
            state[payload["id"]] = dict(payload)
        case "track.moved" | "track.voted" | "track.updated":
            assert payload["id"] in state, f"not there: {payload}"
            state[payload["id"]] = dict(payload)
        case "track.removed":
            gone = state.pop(payload["id"])
            assert gone["track_id"] == payload["track_id"]
            assert not gone["is_playing"], "removed while it played, without a word that it stopped"
        case "track.playing":
            _play(state, payload)
        case "playlist.reordered":
            _reorder(state, payload["items"])
        case _:
            raise AssertionError(f"unknown event {event_type}")


def _play(state: dict[int, Item], payload: Any) -> None:
    played = next((item["id"] for item in state.values() if item["is_playing"]), None)
    for item in state.values():
        item["is_playing"] = False
    if payload["id"] is None:
        assert payload["is_playing"] is False
        assert payload["stopped_id"] == played
    else:
        assert payload["id"] in state, f"not there: {payload}"
        assert payload["is_playing"] is True
        state[payload["id"]] = dict(payload)


def _reorder(state: dict[int, Item], places: list[dict[str, Any]]) -> None:
    assert len(places) == len(state), "not all items are listed"
    positions = [place["position"] for place in places]
    assert positions == sorted(set(positions)), "not in order"
    for place in places:
        state[place["id"]]["position"] = place["position"]
