"""The delivery of a batch to all listeners of one stream within a hub. No listener delays the others.

Most listeners are on the fast path: the bytes of a batch go to them by one call each, past all of their own
objects. At ten events a second and a thousand sockets, nothing of a connection is in the processor's cache
when the next event comes: every object on the way costs more than the work that is done there. On the fast
path those are two, the bound `send` and the system's socket.
"""

import asyncio
import logging
from collections.abc import Callable
from operator import methodcaller
from typing import Generic, Protocol, TypeVar

from apps.realtime.messages import Batch
from apps.realtime.selectors import State

# --- Fast path ---------------------------------------------------------------------------------------


# Takes bytes and returns how many of them have left; raises OSError when none can.
Send = Callable[[bytes], int]

NO_PLACE = -1


class Placed(Protocol):
    """A listener on the fast path. It is removed before other data is written to its connection."""

    # Where it is, or NO_PLACE. `FastPath` writes this.
    place: int

    def take_rest(self, batch: Batch, sent: int) -> None:
        """Only so many bytes of the batch have left. It is to be removed, and to send the rest itself."""


L = TypeVar("L", bound=Placed)


class FastPath(Generic[L]):
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
        """The batch under way is sent to no more listeners."""
        self._batch = None

    def _close_ranks(self) -> None:
        taken = [place for place, listener in enumerate(self._listeners) if listener is not None]
        self._listeners = [self._listeners[place] for place in taken]
        self._sends = [self._sends[place] for place in taken]
        self._free = []
        for place, listener in enumerate(self._listeners):
            if listener is not None:
                listener.place = place


# --- All listeners -----------------------------------------------------------------------------------


logger = logging.getLogger(__name__)

# So many are called in one iteration of the event loop: at 5 to 10 µs each, other tasks wait 1 or
# 2 ms. One of them is the response to the write that is being broadcast.
SLICE = 125


class Listener(Protocol):
    """A receiver of batches. No method may wait: the listener buffers what it cannot send immediately."""

    def deliver(self, batch: Batch) -> None:
        """Events in order, or a heartbeat behind them."""

    def restart(self, state: State) -> None:
        """The stream can't be continued, as in a new epoch: what counts from here on is this state."""

    def stream_ended(self) -> None:
        """The stream is no more."""

    def give_up(self) -> None:
        """It failed to take something, and so has a gap: it is to leave, and may come back and resume."""


class DirectListener(Listener, Protocol):
    """A listener that may be sent to directly. What it was sent so, it learns when it is called again."""

    # Where `FastPath` has it, which writes this.
    place: int

    def end_direct_sends(self) -> None:
        """It is to ask its fanout to call it again."""

    def take_rest(self, batch: Batch, sent: int) -> None:
        """Only so many bytes of the batch have left. It is to be called again, and to send the rest."""


Call = Callable[[Listener], object]


class Fanout:
    """Delivers one thing at a time. A listener that joins meanwhile gets it, too; one that leaves is skipped.

    Most listeners are sent batches directly, while nothing else is to go to them; the others are called.
    """

    def __init__(self) -> None:
        self._called: set[Listener] = set()
        self._direct: FastPath[DirectListener] = FastPath(self._has_failed)
        # During a delivery: the listeners to call, and how many of them have been called.
        self._to_call: list[Listener] = []
        self._called_count = 0
        self._call: Call | None = None
        self._on_done: Callable[[], None] | None = None
        self._is_ending = False

    def __len__(self) -> int:
        return len(self._called) + len(self._direct)

    def add(self, listener: Listener) -> None:
        self._called.add(listener)
        if self._call is not None:
            self._to_call.append(listener)

    def discard(self, listener: Listener) -> None:
        """It is not sent to directly any more."""
        self._called.discard(listener)

    def send_directly(self, listener: DirectListener, send: Send) -> None:
        """From behind the batch that it was just called with, only `send` is called for it."""
        self._called.discard(listener)
        self._direct.add(listener, send)

    def call_again(self, listener: DirectListener) -> int:
        """Returns the number of the last event that it was sent."""
        seq, is_to_come = self._direct.remove(listener)
        self._called.add(listener)
        if is_to_come:
            self._to_call.append(listener)
        return seq

    def give(self, batch: Batch, on_given: Callable[[], None]) -> None:
        """Gives it to every listener: the first slice now, others in later turns; then calls `on_given`."""
        self._begin(methodcaller("deliver", batch), on_given)
        self._direct.begin(batch)
        self._send_slice()

    def call_all(self, call: Call, on_done: Callable[[], None]) -> None:
        """Calls `call` with every listener, in slices as well; then `on_done`."""
        self._call_all_again()
        self._begin(call, on_done)
        self._call_slice()

    def call_end(self) -> None:
        """The stream has ended. Ends the current delivery; this one reaches all listeners in any case."""
        self.stop()
        self._is_ending = True
        self.call_all(methodcaller("stream_ended"), lambda: None)

    def stop(self) -> None:
        """Ends the current delivery, unless it is that of the end."""
        if not self._is_ending:
            self._clear()

    def _clear(self) -> None:
        self._call, self._on_done = None, None
        self._to_call = []
        self._direct.break_off()

    def _call_all_again(self) -> None:
        for listener in self._direct.listeners():
            listener.end_direct_sends()

    def _begin(self, call: Call, on_done: Callable[[], None]) -> None:
        if self._call is not None:
            raise RuntimeError("One message is being sent already.")
        self._to_call, self._called_count = list(self._called), 0
        self._call, self._on_done = call, on_done

    def _send_slice(self) -> None:
        if self._call is None:
            return  # it was broken off
        if self._direct.send_some(SLICE):
            self._call_slice()
        else:
            asyncio.get_running_loop().call_soon(self._send_slice)

    def _call_slice(self) -> None:
        if self._call is None or self._on_done is None:
            return  # it was broken off
        call, called = self._call, self._called
        last = min(self._called_count + SLICE, len(self._to_call))
        for listener in self._to_call[self._called_count : last]:
            if listener in called:
                try:
                    call(listener)
                except Exception as error:  # one that fails must not keep it from the others
                    self._has_failed(listener, error)
        self._called_count = last
        if last < len(self._to_call):
            asyncio.get_running_loop().call_soon(self._call_slice)
        elif self._call is call:
            on_done = self._on_done
            self._clear()
            on_done()

    def _has_failed(self, listener: Listener, error: Exception) -> None:
        """The message is lost for this listener: it is closed, so that no client has an unnoticed gap."""
        logger.error("A listener failed.", exc_info=error)
        try:
            listener.give_up()
        except Exception:
            logger.exception("A failed listener could not be closed.")
        self._called.discard(listener)
