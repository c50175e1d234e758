"""A second socket in the room, and the proof that its events are what happened."""

from types import TracebackType
from typing import Any, Self

from tests.contract.payload_checks import check_event
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.fold import Event, folded


class Observer:
    """Watches a block of writes. Afterwards: old state + events = a fresh GET; `events` are those received.

        with Observer(queue, expected=["track.playing"]):
            queue.play(item)

    When nothing happened it proves that no event was sent.
    """

    def __init__(self, queue: Queue, *, expected: list[str] | None = None) -> None:
        self._queue, self._expected = queue, expected
        self.events: list[Event] = []

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def payloads(self) -> list[Any]:
        return [event["payload"] for event in self.events]

    def __enter__(self) -> Self:
        self.before = self._queue.state()
        url = str(self._queue.http.base_url).replace("http", "ws", 1).rstrip("/")
        self._socket = Socket.of_room(url, self._queue.room)
        assert self._socket.position == self.before.position
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._socket:
            if kind is None:
                self._prove()
                assert self._expected in (None, self.types), self.types

    def _prove(self) -> None:
        self.after = self._queue.state()
        assert self.after.epoch == self.before.epoch
        if self.after.seq == self.before.seq:
            self._socket.ping()
            assert self._socket.new_events() == []
            assert self.after == self.before, "something changed without an event"
            return
        self.events = self._socket.events_up_to(self.after.seq)
        numbers = [event["seq"] for event in self.events]
        assert numbers == list(range(self.before.seq + 1, self.after.seq + 1))
        for event in self.events:
            check_event(event, room=self._queue.room, epoch=self.before.epoch)
        assert folded(self.before, self.events) == self.after
