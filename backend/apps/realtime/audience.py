"""The listeners of one stream within a hub: all are told the same, and nothing else waits until they are."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from apps.realtime.frames import Batch
from apps.realtime.selectors import State

logger = logging.getLogger(__name__)

# So many are told in one turn of the loop: with about 5 µs each, others wait some milliseconds at most.
SLICE = 500


class Listener(Protocol):
    """Whoever is told. None of these may wait: what can't be taken at once is the listener's own matter."""

    def deliver(self, batch: Batch) -> None:
        """Events in order, or a heartbeat behind them."""

    def restart(self, state: State) -> None:
        """The stream can't be continued, as in a new epoch: what counts from here on is this state."""

    def stream_ended(self) -> None:
        """The stream is no more."""


Tell = Callable[[Listener], object]


class Audience:
    """Tells one thing at a time. Who joins meanwhile is told it, too; who leaves meanwhile is passed over."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        # While something is being told: to whom, and how many of them have been told.
        self._being_told: list[Listener] = []
        self._told = 0
        self._tell: Tell | None = None
        self._on_told: Callable[[], None] | None = None

    def __len__(self) -> int:
        return len(self._listeners)

    def add(self, listener: Listener) -> None:
        self._listeners.add(listener)
        if self._tell is not None:
            self._being_told.append(listener)

    def discard(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def tell(self, tell: Tell, on_told: Callable[[], None]) -> None:
        """Calls `tell` with every listener: the first slice now, others in later turns; then `on_told`."""
        if self._tell is not None:
            raise RuntimeError("One thing is being told already.")
        self._being_told, self._told = list(self._listeners), 0
        self._tell, self._on_told = tell, on_told
        self._tell_slice()

    def tell_end(self) -> None:
        """The stream has ended. What was being told is broken off."""
        self.stop()
        for listener in list(self._listeners):
            listener.stream_ended()

    def stop(self) -> None:
        """Breaks off what is being told."""
        self._tell, self._on_told = None, None
        self._being_told = []

    def _tell_slice(self) -> None:
        if self._tell is None or self._on_told is None:
            return  # it was broken off
        tell, listeners = self._tell, self._listeners
        last = min(self._told + SLICE, len(self._being_told))
        for listener in self._being_told[self._told : last]:
            if listener in listeners:
                try:
                    tell(listener)
                except Exception:  # one that fails must not keep it from the others
                    logger.exception("A listener failed.")
        self._told = last
        if last < len(self._being_told):
            asyncio.get_running_loop().call_soon(self._tell_slice)
        elif self._tell is tell:
            on_told = self._on_told
            self.stop()
            on_told()
