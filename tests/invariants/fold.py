"""Folding events over a state, as a client may: strict, so that an event which can't be right is an error.

Pure: knows no server. What a client is sent stays as it came from JSON.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

Event = dict[str, Any]
Item = dict[str, Any]


class FoldError(AssertionError):
    """An event says what can't be so in the state before it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole queue at one moment, as the server gave it."""

    epoch: str
    seq: int
    items: list[Item]


class Queue:
    """A queue that is kept by events alone."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.epoch = snapshot.epoch
        self.seq = snapshot.seq
        self._items = {item["id"]: item for item in snapshot.items}
        _require(len(self._items) == len(snapshot.items), "an id stands twice in the snapshot")

    @property
    def items(self) -> list[Item]:
        return sorted(self._items.values(), key=lambda item: item["position"])

    @property
    def playing_id(self) -> int | None:
        return next((item_id for item_id, item in self._items.items() if item["is_playing"]), None)

    def item(self, item_id: int) -> Item | None:
        return self._items.get(item_id)

    def snapshot(self) -> Snapshot:
        return Snapshot(self.epoch, self.seq, self.items)

    def apply_all(self, events: Iterable[Event]) -> Self:
        for event in events:
            self.apply(event)
        return self

    def apply(self, event: Event) -> None:
        """Raises FoldError."""
        _require(event["epoch"] == self.epoch, f"another epoch: {event}")
        _require(event["seq"] == self.seq + 1, f"{event['seq']} does not follow {self.seq}: {event}")
        change = _CHANGES.get(event["type"])
        if change is None:
            raise FoldError(f"unknown type: {event}")
        try:
            change(self, event["payload"])
            self._check()
        except FoldError as error:
            raise FoldError(f"{error}: {event}") from None
        self.seq = event["seq"]

    # --- One method for each type of the contract ----------------------------------------------------

    def _added(self, item: Item) -> None:
        _require(item["id"] not in self._items, "the item is there already")
        _require(not item["is_playing"], "what is new can't be playing")
        self._items[item["id"]] = item

    def _removed(self, payload: dict[str, Any]) -> None:
        _require(payload.keys() == {"id", "track_id"}, "other fields than id and track_id")
        gone = self._known(payload["id"])
        _require(gone["track_id"] == payload["track_id"], "the item has another track")
        _require(not gone["is_playing"], "it plays, and nobody said that it stops")
        del self._items[payload["id"]]

    def _replaced(self, item: Item) -> None:
        known = self._known(item["id"])
        _require(item["is_playing"] == known["is_playing"], "only track.playing says what plays")
        self._items[item["id"]] = item

    def _playing(self, payload: dict[str, Any]) -> None:
        playing_id = self.playing_id
        if payload["id"] is None:
            _require(payload.keys() == {"id", "is_playing", "stopped_id"}, "unexpected fields")
            _require(payload["is_playing"] is False, "nothing plays, but is_playing")
            _require(playing_id is not None, "nothing was playing")
            _require(payload["stopped_id"] == playing_id, f"what played was {playing_id}")
        else:
            self._known(payload["id"])
            _require(payload["is_playing"] is True, "it plays, but not is_playing")
            _require(payload["id"] != playing_id, "it was playing already")
        if playing_id is not None:
            self._items[playing_id] = {**self._items[playing_id], "is_playing": False}
        if payload["id"] is not None:
            self._items[payload["id"]] = payload

    def _reordered(self, payload: dict[str, Any]) -> None:
        places = payload["items"]
        ids = [place["id"] for place in places]
        _require(sorted(ids) == sorted(self._items), "not exactly the items of the queue")
        _require([place["position"] for place in places] == _numbers(len(places)), "not 1.0, 2.0, …")
        for place in places:
            self._items[place["id"]] = {**self._items[place["id"]], "position": place["position"]}

    # --- What holds after every single event ---------------------------------------------------------

    def _known(self, item_id: int) -> Item:
        item = self._items.get(item_id)
        if item is None:
            raise FoldError("there is no such item")
        return item

    def _check(self) -> None:
        items = self._items.values()
        _require(len({item["position"] for item in items}) == len(items), "two items share a position")
        _require(len({item["track_id"] for item in items}) == len(items), "a track is queued twice")
        _require(sum(item["is_playing"] for item in items) <= 1, "two items play")
        _require(all(item["track"]["id"] == item["track_id"] for item in items), "two tracks in one item")


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise FoldError(problem)


def _numbers(count: int) -> list[float]:
    return [float(number) for number in range(1, count + 1)]


_CHANGES: dict[str, Callable[[Queue, Any], None]] = {
    "track.added": Queue._added,
    "track.removed": Queue._removed,
    "track.moved": Queue._replaced,
    "track.voted": Queue._replaced,
    "track.updated": Queue._replaced,
    "track.playing": Queue._playing,
    "playlist.reordered": Queue._reordered,
}
EVENT_TYPES = frozenset(_CHANGES)


def assert_told(before: Snapshot, events: list[Event], after: Snapshot) -> None:
    """Fold equals fetch: the old state and the events give the new state, and they did change something."""
    assert events, "nothing was told"
    told = Queue(before).apply_all(events).snapshot()
    assert told == after, "what was told is not what is so now"
    assert told.items != before.items, "the events changed nothing"
