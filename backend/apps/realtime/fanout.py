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

NO_INDEX = -1


class FastPathListener(Protocol):
    """A listener on the fast path. It is removed before other data is written to its connection."""

    # Its index in `FastPath`, which writes this; NO_INDEX outside.
    fast_path_index: int

    def send_rest(self, batch: Batch, sent: int) -> None:
        """Only `sent` bytes of the batch have left: leaves the fast path and sends the rest itself."""


L = TypeVar("L", bound=FastPathListener)


class FastPath(Generic[L]):
    """Sends every batch to each of its listeners, in any order.

    A batch is sent in slices: `begin`, then `send_slice` until it returns True. Between two slices, listeners
    may be removed, but none is added.
    """

    def __init__(self, on_failure: Callable[[L, Exception], object]) -> None:
        self._on_failure = on_failure
        # At the same index: the listener, and its `send`. A removed one leaves None, and `len`, which sends
        # nothing and returns the number of all bytes.
        self._listeners: list[L | None] = []
        self._sends: list[Send] = []
        self._free: list[int] = []
        self._batch: Batch | None = None
        # Listeners before this index have been sent the batch.
        self._sent_count = 0
        # The number of the last event before this batch, and that of its own last.
        self._seq_before = self._seq = 0

    def __len__(self) -> int:
        return len(self._listeners) - len(self._free)

    def add(self, listener: L, send: Send) -> None:
        """The listener must have been sent everything so far."""
        if self._free:
            listener.fast_path_index = self._free.pop()
            self._listeners[listener.fast_path_index], self._sends[listener.fast_path_index] = listener, send
        else:
            listener.fast_path_index = len(self._listeners)
            self._listeners.append(listener)
            self._sends.append(send)

    def remove(self, listener: L) -> tuple[int, bool]:
        """Returns the number of the last event that it was sent, and whether the current batch is pending."""
        index, listener.fast_path_index = listener.fast_path_index, NO_INDEX
        self._listeners[index], self._sends[index] = None, len
        self._free.append(index)
        is_pending = self._batch is not None and index >= self._sent_count
        return (self._seq_before if is_pending else self._seq), is_pending

    def listeners(self) -> list[L]:
        return [listener for listener in self._listeners if listener is not None]

    def begin(self, batch: Batch) -> None:
        if 2 * len(self._free) > len(self._listeners):
            self._compact()
        self._batch, self._sent_count = batch, 0
        self._seq_before, self._seq = self._seq, batch.seq

    def send_slice(self, count: int) -> bool:
        """Sends the batch to `count` more listeners; returns whether all have it now."""
        if self._batch is None:
            return True
        batch, first = self._batch, self._sent_count
        data, size = batch.wire, len(batch.wire)
        self._sent_count = first + count
        is_last = self._sent_count >= len(self._sends)
        slow: list[tuple[int, int]] = []
        for index, send in enumerate(self._sends[first : self._sent_count], first):
            try:
                sent = send(data)
            except OSError:  # it takes nothing now, or is closed, which the server notices elsewhere
                sent = 0
            if sent != size:
                slow.append((index, sent))
        if is_last:
            self._batch = None
        for index, sent in slow:
            if listener := self._listeners[index]:  # one that is closed may take another with it
                try:
                    listener.send_rest(batch, sent)
                except Exception as error:  # must not affect the other listeners
                    self._on_failure(listener, error)
        return is_last

    def abort(self) -> None:
        """Stops sending the current batch."""
        self._batch = None

    def _compact(self) -> None:
        taken = [index for index, listener in enumerate(self._listeners) if listener is not None]
        self._listeners = [self._listeners[index] for index in taken]
        self._sends = [self._sends[index] for index in taken]
        self._free = []
        for index, listener in enumerate(self._listeners):
            if listener is not None:
                listener.fast_path_index = index


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
        """Replaces everything before by this state: the log does not continue, as in a new epoch."""

    def stream_ended(self) -> None:
        """The stream has been deleted."""

    def abort(self) -> None:
        """It has a gap because a call failed: closes the connection, so that the client resumes."""


class DirectListener(Listener, Protocol):
    """A listener that can be on the fast path. It learns what it was sent when it leaves the fast path."""

    # Its index in `FastPath`, which writes this; NO_INDEX outside.
    fast_path_index: int

    def leave_fast_path(self) -> None:
        """Leaves the fast path: `Fanout.remove_from_fast_path`."""

    def send_rest(self, batch: Batch, sent: int) -> None:
        """Only `sent` bytes of the batch have left: leaves the fast path and sends the rest itself."""


Call = Callable[[Listener], object]


class Fanout:
    """Delivers one batch at a time: also to listeners that join meanwhile, not to those that leave.

    Listeners are on the fast path while only batches are sent to them; the others are called.
    """

    def __init__(self) -> None:
        self._called: set[Listener] = set()
        self._direct: FastPath[DirectListener] = FastPath(self._close_failed)
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
        """The listener must have left the fast path."""
        self._called.discard(listener)

    def add_to_fast_path(self, listener: DirectListener, send: Send) -> None:
        """After the batch that the listener was just called with, only its `send` is called."""
        self._called.discard(listener)
        self._direct.add(listener, send)

    def remove_from_fast_path(self, listener: DirectListener) -> int:
        """Returns the number of the last event that it was sent."""
        seq, is_pending = self._direct.remove(listener)
        self._called.add(listener)
        if is_pending:
            self._to_call.append(listener)
        return seq

    def fan_out(self, batch: Batch, on_done: Callable[[], None]) -> None:
        """Delivers to every listener, one slice per iteration of the event loop; then calls `on_done`."""
        self._begin(methodcaller("deliver", batch), on_done)
        self._direct.begin(batch)
        self._send_slice()

    def call_all(self, call: Call, on_done: Callable[[], None]) -> None:
        """Calls `call` with every listener, in slices as well; then `on_done`."""
        self._clear_fast_path()
        self._begin(call, on_done)
        self._call_slice()

    def call_end(self) -> None:
        """Aborts the current delivery, and reports the end of the stream to all listeners."""
        self.stop()
        self._is_ending = True
        self.call_all(methodcaller("stream_ended"), lambda: None)

    def stop(self) -> None:
        """Aborts the current delivery, unless it reports the end of the stream."""
        if not self._is_ending:
            self._clear()

    def _clear(self) -> None:
        self._call, self._on_done = None, None
        self._to_call = []
        self._direct.abort()

    def _clear_fast_path(self) -> None:
        for listener in self._direct.listeners():
            listener.leave_fast_path()

    def _begin(self, call: Call, on_done: Callable[[], None]) -> None:
        if self._call is not None:
            raise RuntimeError("One message is being sent already.")
        self._to_call, self._called_count = list(self._called), 0
        self._call, self._on_done = call, on_done

    def _send_slice(self) -> None:
        if self._call is None:
            return  # it was aborted
        if self._direct.send_slice(SLICE):
            self._call_slice()
        else:
            asyncio.get_running_loop().call_soon(self._send_slice)

    def _call_slice(self) -> None:
        if self._call is None or self._on_done is None:
            return  # it was aborted
        call, called = self._call, self._called
        last = min(self._called_count + SLICE, len(self._to_call))
        for listener in self._to_call[self._called_count : last]:
            if listener in called:
                try:
                    call(listener)
                except Exception as error:  # must not affect the other listeners
                    self._close_failed(listener, error)
        self._called_count = last
        if last < len(self._to_call):
            asyncio.get_running_loop().call_soon(self._call_slice)
        elif self._call is call:
            on_done = self._on_done
            self._clear()
            on_done()

    def _close_failed(self, listener: Listener, error: Exception) -> None:
        """The message is lost for this listener: it is closed, so that no client has an unnoticed gap."""
        logger.error("A listener failed.", exc_info=error)
        try:
            listener.abort()
        except Exception:
            logger.exception("A failed listener could not be closed.")
        self._called.discard(listener)
