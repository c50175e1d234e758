"""After the commit: hints to the hubs of all processes that there is news. A hint may be lost."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from channels.layers import InMemoryChannelLayer, get_channel_layer

from core.metrics import EVENTS_PUBLISHED, HINTS_LOST
from core.request_context import after_response

logger = logging.getLogger(__name__)

# A hint carries the message itself up to this size; a hub reads larger ones from the log.
MAX_HINTED_MESSAGE_BYTES = 16 * 1024
# Hints that wait for the channel layer; beyond that the oldest are dropped, the log has their events.
MAX_WAITING_HINTS = 1000
SEND_DEADLINE_SECONDS = 1.0
# Messages of as many streams are under way together; of one stream, one after the other.
MAX_UNDER_WAY = 16
# Hints that come while others are being sent go together in the next send, with messages of up to this size.
MAX_MESSAGE_BYTES = 256 * 1024
# After a failure the channel layer is left alone for so long, after each further one twice as long, until the
# last.
FIRST_BREAK_SECONDS = 0.25
LAST_BREAK_SECONDS = 2.0
# Seconds between writes of the watermarks. A crash sooner after a backup is not detected.
RECORD_SECONDS = 5.0


# Instead of a number, where what has changed is no event.
BESIDE_EVENTS = -1


class Hint(NamedTuple):
    """A stream has a new top. `message` is the event's, unless it is too large to carry."""

    stream_id: int
    epoch: str
    seq: int
    message: str | None
    # When it was published, in seconds since 1970; 0.0 where that is unknown.
    committed_at: float = 0.0

    @property
    def is_event(self) -> bool:
        """Otherwise, something else has changed that sockets of the stream are shown."""
        return self.seq != BESIDE_EVENTS


def group_of(stream_id: int) -> str:
    """The channel layer's group that the hubs with listeners of this stream are in."""
    return f"stream.{stream_id}"


def publish(hint: Hint) -> None:
    """Hands the hint to this process's own hub and to the channel layer, without waiting for either.

    Within a request it waits until the response is sent, which hundreds of listeners would delay otherwise.
    In a process without clients (a command, the shell) this does nothing: the hubs poll the log.
    """
    if publisher := _attached[-1] if _attached else None:
        EVENTS_PUBLISHED.inc(hint.seq > 0)  # 0 says that the stream has ended
        publisher.publish(hint._replace(committed_at=time.time()))


def publish_notice(stream_id: int) -> None:
    """Has the extensions of all hubs with listeners of this stream noticed. May be lost, like a hint."""
    publish(Hint(stream_id, "", BESIDE_EVENTS, None))


class Publisher:
    """One process's way out: the hints of any thread, sent in order from the server's event loop."""

    def __init__(
        self,
        deliver_here: Callable[[Hint], None],
        record: Callable[[list[Hint]], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._deliver_here = deliver_here
        self._record = record
        # The last one of each stream and epoch.
        self._unrecorded: dict[tuple[int, str], Hint] = {}
        # In the order of their commits, until the response to one of their requests is sent.
        self._published: deque[Hint] = deque()
        self._waiting: deque[Hint] = deque(maxlen=MAX_WAITING_HINTS)
        # By their streams.
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._closed_until = float("-inf")
        self._break_seconds = FIRST_BREAK_SECONDS
        # What operators may want to know.
        self.failures = 0

    def publish(self, hint: Hint) -> None:
        """From any thread."""
        self._published.append(hint)
        after_response(self._wake_loop)

    def _wake_loop(self) -> None:
        """All, also those of requests under way: a hub would read the log for a hint that is missing."""
        try:
            self._loop.call_soon_threadsafe(self._accept_published)
        except RuntimeError:
            logger.debug("The event loop is closed; the log has the event.")

    def _accept_published(self) -> None:
        while self._published:
            self._take(self._published.popleft())

    async def stop(self) -> None:
        """Nothing more is sent; the log has what others did not hear of."""
        self._waiting.clear()
        if sending := list(self._under_way.values()):
            for one in sending:
                one.cancel()
            await asyncio.wait(sending, timeout=SEND_DEADLINE_SECONDS)

    def record_now(self) -> None:
        """Sends what was published since the last call. Runs on the event loop, before it ends."""
        self._accept_published()
        if hints := self._pop_unrecorded():
            self._record(hints)

    def _record_soon(self) -> None:
        if hints := self._pop_unrecorded():
            self._loop.run_in_executor(None, self._record, hints)

    def _pop_unrecorded(self) -> list[Hint]:
        hints, self._unrecorded = list(self._unrecorded.values()), {}
        return hints

    def _take(self, hint: Hint) -> None:
        self._deliver_here(hint)
        if hint.is_event:
            if not self._unrecorded:
                self._loop.call_later(RECORD_SECONDS, self._record_soon)
            self._unrecorded[hint.stream_id, hint.epoch] = hint._replace(message=None)
        if not _has_others():
            return
        HINTS_LOST.inc(len(self._waiting) == MAX_WAITING_HINTS)  # the oldest makes room
        self._waiting.append(hint)
        self._send_more()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits for the channel layer, and nothing is under way."""
        return not self._waiting and not self._under_way

    def _send_more(self) -> None:
        """Sends what waits of streams of which nothing is under way."""
        while len(self._under_way) < MAX_UNDER_WAY and (hints := self._next_message()):
            stream_id = hints[0].stream_id
            self._under_way[stream_id] = self._loop.create_task(self._send_and_continue(stream_id, hints))

    async def _send_and_continue(self, stream_id: int, hints: list[Hint]) -> None:
        try:
            await self._send(hints)
        finally:
            del self._under_way[stream_id]
            self._send_more()

    def _next_message(self) -> list[Hint]:
        """One message of the oldest that may be sent now, and all that follows it in its stream, in order."""
        free = (hint.stream_id for hint in self._waiting if hint.stream_id not in self._under_way)
        stream_id = next(free, None)
        size = 0
        taken: list[Hint] = []
        left: list[Hint] = []
        for hint in self._waiting:
            size += _carried_bytes(hint) if hint.stream_id == stream_id else 0
            is_next = hint.stream_id == stream_id and (not taken or size <= MAX_MESSAGE_BYTES)
            (taken if is_next else left).append(hint)
        self._waiting = deque(left, maxlen=MAX_WAITING_HINTS)
        return taken

    async def _send(self, hints: list[Hint]) -> None:
        if self._clock() < self._closed_until:
            HINTS_LOST.inc(len(hints))
            return
        try:
            async with asyncio.timeout(SEND_DEADLINE_SECONDS):
                await _sender_to_others()(group_of(hints[0].stream_id), _message(hints))
            self._break_seconds = FIRST_BREAK_SECONDS
        except Exception as error:  # whatever a layer raises, a hint is not worth a failure
            self.failures += 1
            HINTS_LOST.inc(len(hints))
            if self._clock() >= self._closed_until:  # else one that was under way beside it has failed, too
                self._closed_until = self._clock() + self._break_seconds
                self._break_seconds = min(2 * self._break_seconds, LAST_BREAK_SECONDS)
            logger.warning("Hints were lost; hubs read the log instead: %r", error)


def _carried_bytes(hint: Hint) -> int:
    """The bytes of its message in the hint: 0 when it is left to the log."""
    size = len(hint.message.encode()) if hint.message is not None else 0
    return size if size <= MAX_HINTED_MESSAGE_BYTES else 0


def _message(hints: list[Hint]) -> dict[str, Any]:
    carried = [hint if _carried_bytes(hint) else hint._replace(message=None) for hint in hints]
    return {"type": "hints", "hints": [list(hint) for hint in carried]}


def hints_from(message: dict[str, Any]) -> list[Hint]:
    """In order. Raises where another version of this program has sent something else."""
    return [Hint(*fields) for fields in message["hints"]]


# The publishers of this process, the newest last: one for each server loop, which is one but in tests.
_attached: list[Publisher] = []


def _has_others() -> bool:
    """Whether the channel layer leads to another hub than this one: one in memory ends within the process."""
    return len(_attached) > 1 or not isinstance(get_channel_layer(), InMemoryChannelLayer)


def _sender_to_others() -> Callable[[str, dict[str, Any]], Awaitable[None]]:
    """Past this process's own hub, which has the hint already, where the layer can do so."""
    layer = get_channel_layer()
    send: Callable[[str, dict[str, Any]], Awaitable[None]] = (
        layer.group_send if len(_attached) > 1 else getattr(layer, "send_to_others", layer.group_send)
    )
    return send


def attach(publisher: Publisher) -> None:
    _attached.append(publisher)


def detach(publisher: Publisher) -> None:
    if publisher in _attached:
        _attached.remove(publisher)
