"""The listeners of one stream within a hub: all are told the same, and nothing else waits until they are."""

import asyncio
import logging
from collections.abc import Callable
from operator import methodcaller
from typing import Protocol

from apps.realtime.direct_sends import DirectSends, Send
from apps.realtime.frames import Batch
from apps.realtime.selectors import State

logger = logging.getLogger(__name__)

# So many are told in one turn of the loop: with 5 to 10 µs each, others wait some milliseconds at most.
SLICE = 500


class Listener(Protocol):
    """Whoever is told. None of these may wait: what can't be taken at once is the listener's own matter."""

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

    # Where `DirectSends` has it, which writes this.
    place: int

    def end_direct_sends(self) -> None:
        """It is to ask its audience to call it again."""

    def take_rest(self, batch: Batch, sent: int) -> None:
        """Only so many bytes of the batch have left. It is to be called again, and to send the rest."""


Tell = Callable[[Listener], object]


class Audience:
    """Tells one thing at a time. Who joins meanwhile is told it, too; who leaves meanwhile is passed over.

    Most listeners are sent batches directly, while nothing else is to go to them; the others are called.
    """

    def __init__(self) -> None:
        self._called: set[Listener] = set()
        self._direct: DirectSends[DirectListener] = DirectSends(self._has_failed)
        # While something is being told: whom it is to call, and how many of them have been told.
        self._being_told: list[Listener] = []
        self._told = 0
        self._tell: Tell | None = None
        self._on_told: Callable[[], None] | None = None
        self._is_ending = False

    def __len__(self) -> int:
        return len(self._called) + len(self._direct)

    def add(self, listener: Listener) -> None:
        self._called.add(listener)
        if self._tell is not None:
            self._being_told.append(listener)

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
            self._being_told.append(listener)
        return seq

    def give(self, batch: Batch, on_given: Callable[[], None]) -> None:
        """Gives it to every listener: the first slice now, others in later turns; then calls `on_given`."""
        self._begin(methodcaller("deliver", batch), on_given)
        self._direct.begin(batch)
        self._send_slice()

    def tell(self, tell: Tell, on_told: Callable[[], None]) -> None:
        """Calls `tell` with every listener, in slices as well; then `on_told`."""
        self._call_all_again()
        self._begin(tell, on_told)
        self._tell_slice()

    def tell_end(self) -> None:
        """The stream has ended. Breaks off what was being told; this is told to all, whatever else ends."""
        self.stop()
        self._is_ending = True
        self.tell(methodcaller("stream_ended"), lambda: None)

    def stop(self) -> None:
        """Breaks off what is being told, unless it is the end."""
        if not self._is_ending:
            self._tell_nothing()

    def _tell_nothing(self) -> None:
        self._tell, self._on_told = None, None
        self._being_told = []
        self._direct.break_off()

    def _call_all_again(self) -> None:
        for listener in self._direct.listeners():
            listener.end_direct_sends()

    def _begin(self, tell: Tell, on_told: Callable[[], None]) -> None:
        if self._tell is not None:
            raise RuntimeError("One thing is being told already.")
        self._being_told, self._told = list(self._called), 0
        self._tell, self._on_told = tell, on_told

    def _send_slice(self) -> None:
        if self._tell is None:
            return  # it was broken off
        if self._direct.send_some(SLICE):
            self._tell_slice()
        else:
            asyncio.get_running_loop().call_soon(self._send_slice)

    def _tell_slice(self) -> None:
        if self._tell is None or self._on_told is None:
            return  # it was broken off
        tell, called = self._tell, self._called
        last = min(self._told + SLICE, len(self._being_told))
        for listener in self._being_told[self._told : last]:
            if listener in called:
                try:
                    tell(listener)
                except Exception as error:  # one that fails must not keep it from the others
                    self._has_failed(listener, error)
        self._told = last
        if last < len(self._being_told):
            asyncio.get_running_loop().call_soon(self._tell_slice)
        elif self._tell is tell:
            on_told = self._on_told
            self._tell_nothing()
            on_told()

    def _has_failed(self, listener: Listener, error: Exception) -> None:
        """What it was told is lost to it. Nobody is left with a gap that they don't know of."""
        logger.error("A listener failed.", exc_info=error)
        try:
            listener.give_up()
        except Exception:
            logger.exception("A failed listener could not be closed.")
        self._called.discard(listener)
