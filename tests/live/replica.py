"""A client's copy of a room, updated by events. Rejects an event that is not the next one."""

from collections.abc import Iterable
from typing import Any

from tests.fold import Item, Queue, Snapshot

Message = dict[str, Any]


class OutOfOrder(AssertionError):
    """An event was lost, doubled or sent too early."""


class Replica:
    """A client's position in a stream, what it received, and, when it began with a state, the state."""

    def __init__(self, epoch: str = "", seq: int = 0, items: Iterable[Item] | None = None) -> None:
        self.epoch = epoch
        self.seq = seq
        self.events: list[Message] = []
        self.snapshots = 0
        self._queue = None if items is None else Queue(Snapshot(epoch, seq, list(items)))

    def copy(self) -> "Replica":
        """For another client that begins here."""
        return Replica(self.epoch, self.seq, None if self._queue is None else self._queue.items)

    @property
    def position(self) -> tuple[str, int]:
        return self.epoch, self.seq

    @property
    def items(self) -> list[Item]:
        """The queue as this client would show it."""
        assert self._queue is not None, "this replica never got a state"
        return self._queue.items

    def begin(self, epoch: str, seq: int) -> None:
        """A client that asks for nothing receives its position."""
        self.epoch, self.seq = epoch, seq

    def take_snapshot(self, payload: dict[str, Any]) -> None:
        self.snapshots += 1
        self.epoch, self.seq = payload["epoch"], payload["seq"]
        self._queue = Queue(Snapshot(self.epoch, self.seq, payload["items"]))

    def take_event(self, event: Message) -> None:
        came, expected = (event["epoch"], event["seq"]), (self.epoch, self.seq + 1)
        if came != expected:
            raise OutOfOrder(f"Event {came} came where {expected} was next.")
        self.seq = event["seq"]
        self.events.append(event)
        if self._queue is not None:
            self._queue.apply(event)
