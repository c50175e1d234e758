"""The send buffer of one client: messages in order, at its own pace. Producers never wait."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from django.conf import settings

from apps.realtime.fanout import Send
from apps.realtime.messages import PIECE_BYTES, Batch, EncodedMessage

logger = logging.getLogger(__name__)

# Bytes of snapshots, replays and responses that wait for one client: more than any client that reads needs.
MAX_BACKLOG_BYTES = 8 * 1024 * 1024
# What a waiting piece costs besides its bytes, so that many small ones count for what they hold.
PIECE_COST_BYTES = 200

# What is sent as a whole: the bytes of frames, or a message.
P = TypeVar("P")

# Under this name a server's scope offers the connection's sink among its `extensions`.
SINK = "tutti.sink"


class Sink(Protocol):
    """A connection that takes finished bytes, offered by a server that knows what has not left yet."""

    def write(self, data: bytes) -> bool:
        """Sends whole frames, or buffers them. False means that the buffer is full."""

    async def wait_writable(self) -> None:
        """Returns when there is room for more, or the connection has ended."""

    def direct_send(self, before_others: Callable[[], None]) -> Send | None:
        """The system's own `send`, while nothing waits. `before_others` is called before any other write."""

    def release(self) -> None:
        """The callback is not called any more before data is written."""


class SendBuffer(ABC, Generic[P]):
    """Sends what is live, which waits within narrow bounds, and what the server owes, which may take time."""

    __slots__ = ("_backlog_bytes", "_is_closed", "_live_bytes", "_on_overflow", "_sending", "_waiting")

    def __init__(self, on_overflow: Callable[[], None]) -> None:
        self._on_overflow = on_overflow
        # Pieces with their size and whether they are live. None while whatever comes can be sent at once.
        self._waiting: deque[tuple[P, int, bool]] | None = None
        self._live_bytes = 0
        self._backlog_bytes = 0
        self._sending: asyncio.Task[None] | None = None
        self._is_closed = False

    @abstractmethod
    def put_live(self, batch: Batch) -> None:
        """Live messages. Too many of them that the client does not take end the connection."""

    @abstractmethod
    def put(self, messages: Sequence[EncodedMessage]) -> None:
        """What the server owes: a greeting, a replay, a snapshot, an answer."""

    def direct_send(self, before_others: Callable[[], None]) -> Send | None:
        """How to send batches past this object, until `before_others` is called; None where that can't be."""
        del before_others
        return None

    def put_rest(self, batch: Batch, sent: int) -> None:
        """What did not go past this object: `batch` without its first bytes, so many."""
        raise NotImplementedError("Nothing goes past this one.")

    @abstractmethod
    async def _send_waiting(self) -> None:
        """Sends until nothing waits any more."""

    async def flushed(self) -> None:
        """Waits until everything that was passed so far is sent."""
        if self._sending is not None:
            await asyncio.wait([self._sending])

    def close(self) -> None:
        """Sends nothing more, not even what waits."""
        self._is_closed = True
        self._waiting = deque()
        if self._sending is not None:
            self._sending.cancel()

    def _start_queueing(self) -> deque[tuple[P, int, bool]]:
        if self._waiting is None:
            self._waiting = deque()
            self._sending = asyncio.create_task(self._drain())
        return self._waiting

    def _enqueue_live(self, piece: P, size: int) -> None:
        """Puts it behind what waits, and gives up a client for which too much waits."""
        if self._is_closed:
            return
        self._start_queueing().append((piece, size, True))
        self._live_bytes += size
        if self._live_bytes > settings.SOCKET_SEND_BUFFER_BYTES:
            self._overflow()

    def _enqueue_backlog(self, piece: P, size: int, *, is_alone: bool) -> None:
        """The same for what is owed. What comes together may be of any size when it `is_alone`."""
        if self._is_closed:
            return
        self._start_queueing().append((piece, size, False))
        self._backlog_bytes += size + PIECE_COST_BYTES
        if not is_alone and self._backlog_bytes > MAX_BACKLOG_BYTES:
            self._overflow()

    def _overflow(self) -> None:
        self.close()
        self._on_overflow()

    def _next_waiting(self) -> P | None:
        if not self._waiting:
            return None
        piece, size, is_live = self._waiting.popleft()
        if is_live:
            self._live_bytes -= size
        else:
            self._backlog_bytes -= size + PIECE_COST_BYTES
        return piece

    async def _drain(self) -> None:
        try:
            await self._send_waiting()
        except Exception as error:  # the other side is gone; the server reports its end in its own way
            logger.debug("A reader could not be sent to: %r", error)
            self.close()
        finally:
            self._sending = None
            if not self._is_closed:
                self._waiting = None


class DirectSendBuffer(SendBuffer[bytes]):
    """Writes finished bytes to the connection itself: made once for all of them, and without a task."""

    __slots__ = ("_sink",)

    def __init__(self, sink: Sink, on_overflow: Callable[[], None]) -> None:
        super().__init__(on_overflow)
        self._sink = sink

    def put_live(self, batch: Batch) -> None:
        if self._waiting is not None:
            self._enqueue_live(batch.wire, len(batch.wire))
        elif not self._sink.write(batch.wire):
            self._start_queueing()

    def direct_send(self, before_others: Callable[[], None]) -> Send | None:
        return self._sink.direct_send(before_others) if self._waiting is None else None

    def put_rest(self, batch: Batch, sent: int) -> None:
        if not self._sink.write(batch.wire[sent:]):
            self._start_queueing()

    def close(self) -> None:
        super().close()
        self._sink.release()

    def put(self, messages: Sequence[EncodedMessage]) -> None:
        is_alone = self._backlog_bytes == 0
        for data in _joined(messages):
            if self._waiting is not None:
                self._enqueue_backlog(data, len(data), is_alone=is_alone)
            elif not self._sink.write(data):
                self._start_queueing()

    async def _send_waiting(self) -> None:
        await self._sink.wait_writable()
        while data := self._next_waiting():
            if not self._sink.write(data):
                await self._sink.wait_writable()


class QueuedSendBuffer(SendBuffer[EncodedMessage]):
    """Sends messages by a coroutine, for any ASGI server and for event streams, in a task of its own."""

    __slots__ = ("_send",)

    def __init__(
        self, send: Callable[[EncodedMessage], Awaitable[None]], on_overflow: Callable[[], None]
    ) -> None:
        super().__init__(on_overflow)
        self._send = send

    def put_live(self, batch: Batch) -> None:
        for message in batch.messages:
            self._enqueue_live(message, message.size)

    def put(self, messages: Sequence[EncodedMessage]) -> None:
        is_alone = self._backlog_bytes == 0
        for message in messages:
            self._enqueue_backlog(message, message.size, is_alone=is_alone)

    async def _send_waiting(self) -> None:
        while message := self._next_waiting():
            await self._send(message)


def _joined(messages: Iterable[EncodedMessage]) -> Iterable[bytes]:
    """Their bytes in few pieces, none much longer than PIECE_BYTES."""
    pieces: list[bytes] = []
    size = 0
    for message in messages:
        for piece in message.pieces:
            if pieces and size + len(piece) > PIECE_BYTES:
                yield b"".join(pieces)
                pieces, size = [], 0
            pieces.append(piece)
            size += len(piece)
    if pieces:
        yield b"".join(pieces)
