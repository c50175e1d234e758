"""A client's copy of a room, kept by folding events. Refuses an event that is not the next one."""

from collections.abc import Iterable
from typing import Any

Item = dict[str, Any]
Frame = dict[str, Any]


class OutOfOrder(AssertionError):
    """An event was lost, doubled or told too early."""


class Replica:
    """Where a client stands in a stream, what it was told, and, when it began with a state, the state."""

    def __init__(self, epoch: str = "", seq: int = 0, items: Iterable[Item] | None = None) -> None:
        self.epoch = epoch
        self.seq = seq
        self.events: list[Frame] = []
        self.snapshots = 0
        self._items = None if items is None else {item["id"]: item for item in items}

    def copy(self) -> "Replica":
        """For another client that begins here."""
        return Replica(self.epoch, self.seq, None if self._items is None else self._items.values())

    @property
    def position(self) -> tuple[str, int]:
        return self.epoch, self.seq

    @property
    def items(self) -> list[Item]:
        """The queue as this client would show it."""
        assert self._items is not None, "this replica never got a state"
        return sorted(self._items.values(), key=lambda item: item["position"])

    def begin(self, epoch: str, seq: int) -> None:
        """A client that asks for nothing is told where it joins."""
        self.epoch, self.seq = epoch, seq

    def take_snapshot(self, payload: dict[str, Any]) -> None:
        self.snapshots += 1
        self.epoch, self.seq = payload["epoch"], payload["seq"]
        self._items = {item["id"]: item for item in payload["items"]}

    def take_event(self, event: Frame) -> None:
        came, expected = (event["epoch"], event["seq"]), (self.epoch, self.seq + 1)
        if came != expected:
            raise OutOfOrder(f"Event {came} came where {expected} was next.")
        self.seq = event["seq"]
        self.events.append(event)
        if self._items is not None:
            fold(self._items, event["type"], event["payload"])


def fold(items: dict[int, Item], event_type: str, payload: dict[str, Any]) -> None:
    """What the contract says that an event does to a state."""
    if event_type == "track.removed":
        del items[payload["id"]]
    elif event_type == "playlist.reordered":
        for place in payload["items"]:
            items[place["id"]] = {**items[place["id"]], "position": place["position"]}
    elif event_type == "track.playing":
        for item_id, item in items.items():
            items[item_id] = {**item, "is_playing": False}
        if payload["id"] is not None:
            items[payload["id"]] = payload
    else:
        assert event_type in {"track.added", "track.moved", "track.voted", "track.updated"}, event_type
        items[payload["id"]] = payload
