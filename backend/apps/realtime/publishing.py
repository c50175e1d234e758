"""After the commit: telling every process's hub that there is something new. A hint may be lost."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from channels.layers import get_channel_layer

from core.metrics import EVENTS_PUBLISHED, HINTS_LOST

logger = logging.getLogger(__name__)

# A hint carries the frame itself up to this size; a hub reads larger ones from the log.
MAX_HINTED_FRAME_BYTES = 16 * 1024
# Hints that wait for the channel layer; beyond that the oldest are dropped, the log has their events.
MAX_WAITING_HINTS = 1000
SEND_DEADLINE_SECONDS = 1.0
# What comes while a message is under way goes in the next one together, up to this much of frames.
MAX_MESSAGE_BYTES = 256 * 1024
# After a failure the channel layer is left alone for so long, after each further one twice as long, until the
# last.
FIRST_BREAK_SECONDS = 0.25
LAST_BREAK_SECONDS = 2.0
# How often the high marks are written, at most.
RECORD_SECONDS = 1.0


class Hint(NamedTuple):
    """A stream has a new top. `frame` is the event's, unless it is too large to carry."""

    stream_id: int
    epoch: str
    seq: int
    frame: str | None
    # When it was published, in seconds since 1970; 0.0 where nobody knows.
    committed_at: float = 0.0


def group_of(stream_id: int) -> str:
    """The channel layer's group that the hubs with listeners of this stream are in."""
    return f"stream.{stream_id}"


def publish(hint: Hint) -> None:
    """Hands the hint to this process's own hub and to the channel layer, without waiting for either.

    In a process that serves nobody (a command, the shell) this does nothing: the hubs watch the log.
    """
    if publisher := _attached[-1] if _attached else None:
        EVENTS_PUBLISHED.inc(hint.seq > 0)  # 0 says that the stream has ended
        publisher.publish(hint._replace(committed_at=time.time()))


class Publisher:
    """One process's way out: the hints of any thread, sent in order from the server's event loop."""

    def __init__(self, deliver_here: Callable[[Hint], None], record: Callable[[list[Hint]], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._deliver_here = deliver_here
        self._record = record
        self._unrecorded: list[Hint] = []
        self._waiting: deque[Hint] = deque(maxlen=MAX_WAITING_HINTS)
        self._sender: asyncio.Task[None] | None = None
        self._closed_until = 0.0
        self._break_seconds = FIRST_BREAK_SECONDS
        # What operators may want to know.
        self.failures = 0

    def publish(self, hint: Hint) -> None:
        """From any thread."""
        try:
            self._loop.call_soon_threadsafe(self._take, hint)
        except RuntimeError:
            logger.debug("The event loop is closed; the log has the event.")

    def record_now(self) -> None:
        """Hands over what was published since the last time. Called before the end, too."""
        hints, self._unrecorded = self._unrecorded, []
        if hints:
            self._record(hints)

    def _take(self, hint: Hint) -> None:
        self._deliver_here(hint)
        if not self._unrecorded:
            self._loop.call_later(RECORD_SECONDS, self._loop.run_in_executor, None, self.record_now)
        self._unrecorded.append(hint._replace(frame=None))
        HINTS_LOST.inc(len(self._waiting) == MAX_WAITING_HINTS)  # the oldest makes room
        self._waiting.append(hint)
        if self._sender is None:
            self._sender = self._loop.create_task(self._send_waiting())

    async def _send_waiting(self) -> None:
        try:
            while self._waiting:
                await self._send(self._next_of_one_stream())
        finally:
            self._sender = None

    def _next_of_one_stream(self) -> list[Hint]:
        """The oldest that waits, with all that follows it in its stream, in order: one message for all."""
        first = self._waiting[0]
        size = 0
        taken: list[Hint] = []
        left: list[Hint] = []
        for hint in self._waiting:
            size += _carried_bytes(hint) if hint.stream_id == first.stream_id else 0
            is_next = hint.stream_id == first.stream_id and (not taken or size <= MAX_MESSAGE_BYTES)
            (taken if is_next else left).append(hint)
        self._waiting = deque(left, maxlen=MAX_WAITING_HINTS)
        return taken

    async def _send(self, hints: list[Hint]) -> None:
        if self._loop.time() < self._closed_until:
            HINTS_LOST.inc(len(hints))
            return
        try:
            async with asyncio.timeout(SEND_DEADLINE_SECONDS):
                await get_channel_layer().group_send(group_of(hints[0].stream_id), _message(hints))
            self._break_seconds = FIRST_BREAK_SECONDS
        except Exception as error:  # whatever a layer raises, a hint is not worth a failure
            self.failures += 1
            HINTS_LOST.inc(len(hints))
            self._closed_until = self._loop.time() + self._break_seconds
            self._break_seconds = min(2 * self._break_seconds, LAST_BREAK_SECONDS)
            logger.warning("Hints were lost, the hubs read the log instead: %r", error)


def _carried_bytes(hint: Hint) -> int:
    """How large its frame is in a message: 0 when it is left to the log."""
    size = len(hint.frame.encode()) if hint.frame is not None else 0
    return size if size <= MAX_HINTED_FRAME_BYTES else 0


def _message(hints: list[Hint]) -> dict[str, Any]:
    told = [hint if _carried_bytes(hint) else hint._replace(frame=None) for hint in hints]
    return {"type": "hints", "hints": [list(hint) for hint in told]}


def hints_from(message: dict[str, Any]) -> list[Hint]:
    """In order. Raises where another version of this program has sent something else."""
    return [Hint(*fields) for fields in message["hints"]]


# The publishers of this process, the newest last: one for each server loop, which is one but in tests.
_attached: list[Publisher] = []


def attach(publisher: Publisher) -> None:
    _attached.append(publisher)


def detach(publisher: Publisher) -> None:
    if publisher in _attached:
        _attached.remove(publisher)
