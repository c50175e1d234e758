"""The fast path of a batch: its bytes go to most listeners by one call each, past all of their own objects.

At ten events a second and a thousand sockets, nothing of a connection is in the processor's cache any more
when the next event comes: every object on the way to it costs more than the work that is done there. Here
those are two, the bound `send` and the system's socket.
"""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from apps.realtime.frames import Batch

# Takes bytes and returns how many of them have left; raises OSError when none can.
Send = Callable[[bytes], int]

NO_PLACE = -1


class Placed(Protocol):
    """Whoever is sent to directly. It is removed before anybody writes to its connection by another way."""

    # Where it is, or NO_PLACE. `DirectSends` writes this.
    place: int

    def take_rest(self, batch: Batch, sent: int) -> None:
        """Only so many bytes of the batch have left. It is to be removed, and to send the rest itself."""


L = TypeVar("L", bound=Placed)


class DirectSends(Generic[L]):
    """Sends every batch to every listener here, in any order among them.

    A batch goes out in slices: `begin`, then `send_some` until that says that all have it. Between two slices
    listeners may be removed, but none is added.
    """

    def __init__(self, on_failure: Callable[[L, Exception], object]) -> None:
        self._on_failure = on_failure
        # At the same place: the listener, and how to send to it. One that was removed leaves None, and `len`,
        # which sends nothing and says that all has left.
        self._listeners: list[L | None] = []
        self._sends: list[Send] = []
        self._free: list[int] = []
        self._batch: Batch | None = None
        # Listeners before this place have been sent the batch.
        self._passed = 0
        # The number of the last event before this batch, and that of its own last.
        self._seq_before = self._seq = 0

    def __len__(self) -> int:
        return len(self._listeners) - len(self._free)

    def add(self, listener: L, send: Send) -> None:
        """Everything so far has been sent to it."""
        if self._free:
            listener.place = self._free.pop()
            self._listeners[listener.place], self._sends[listener.place] = listener, send
        else:
            listener.place = len(self._listeners)
            self._listeners.append(listener)
            self._sends.append(send)

    def remove(self, listener: L) -> tuple[int, bool]:
        """The number of the last event that it was sent, and whether the batch under way is still to come."""
        place, listener.place = listener.place, NO_PLACE
        self._listeners[place], self._sends[place] = None, len
        self._free.append(place)
        is_to_come = self._batch is not None and place >= self._passed
        return (self._seq_before if is_to_come else self._seq), is_to_come

    def listeners(self) -> list[L]:
        return [listener for listener in self._listeners if listener is not None]

    def begin(self, batch: Batch) -> None:
        if 2 * len(self._free) > len(self._listeners):
            self._close_ranks()
        self._batch, self._passed = batch, 0
        self._seq_before, self._seq = self._seq, batch.seq

    def send_some(self, count: int) -> bool:
        """Sends the batch to so many more; whether all have it now."""
        if self._batch is None:
            return True
        batch, first = self._batch, self._passed
        data, size = batch.wire, len(batch.wire)
        self._passed = first + count
        is_last = self._passed >= len(self._sends)
        slow: list[tuple[int, int]] = []
        for place, send in enumerate(self._sends[first : self._passed], first):
            try:
                sent = send(data)
            except OSError:  # it takes nothing now, or is gone, which is found by others
                sent = 0
            if sent != size:
                slow.append((place, sent))
        if is_last:
            self._batch = None
        for place, sent in slow:
            if listener := self._listeners[place]:  # one that is closed may take another with it
                try:
                    listener.take_rest(batch, sent)
                except Exception as error:  # the others are to have theirs
                    self._on_failure(listener, error)
        return is_last

    def break_off(self) -> None:
        """The batch under way is sent to nobody else."""
        self._batch = None

    def _close_ranks(self) -> None:
        taken = [place for place, listener in enumerate(self._listeners) if listener is not None]
        self._listeners = [self._listeners[place] for place in taken]
        self._sends = [self._sends[place] for place in taken]
        self._free = []
        for place, listener in enumerate(self._listeners):
            if listener is not None:
                listener.place = place
