"""Connections that send anything, and watch until the server has answered or closed."""

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass

from tests.malformed.frames import TEXT, frame

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)
INTERIM = b"HTTP/1.1 100 "
LIVE = b"text/event-stream"
WITHOUT_BODY = {b"101", b"204", b"304"}
END_OF_CHUNKS = b"0\r\n\r\n"
# Enough for any head, which may repeat the whole address.
KEPT_BYTES = 20_000
FAREWELL = b'"the end of the fuzz run"'
LAST_FRAME = frame(TEXT, b'{"type": "ping", "ts": %b}' % FAREWELL)


@dataclass(slots=True)
class Outcome:
    """The result of one connection."""

    number: int
    sent: bytes
    # The beginning of what came back.
    received: bytes = b""
    # "answered", "closed" by the server, or "" while it is neither.
    end: str = ""
    seconds: float = 0.0
    was_open: bool = False

    @property
    def statuses(self) -> list[int]:
        return [int(status) for status in STATUS.findall(self.received)]

    def __str__(self) -> str:
        end = self.end or "STUCK"
        what = f"mutant {self.number}, {end} after {self.seconds:.1f} s"
        return f"{what}: sent {self.sent[:2000]!r}, got {self.received[:600]!r}"


class Line(asyncio.Protocol):
    """One connection that sends a request; `done` is set when there is nothing more to wait for."""

    def __init__(self, number: int, data: bytes) -> None:
        self.outcome = Outcome(number, data)
        self.done = asyncio.Event()
        self._head = b""
        self._body_bytes = 0
        self._tail = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self.outcome.sent)

    def data_received(self, data: bytes) -> None:
        if len(self.outcome.received) < KEPT_BYTES:
            self.outcome.received += data[:KEPT_BYTES]
        self._tail = (self._tail + data)[-max(len(data), 64) - 64 :]
        if b"\r\n\r\n" in self._head:
            self._body_bytes += len(data)
        else:
            self._read_head(data)
        if b"\r\n\r\n" in self._head and self.is_answered():
            self.end("answered")

    def _read_head(self, data: bytes) -> None:
        self._head += data
        if self._head.startswith(INTERIM) and b"\r\n\r\n" in self._head:
            self._head = self._head.partition(b"\r\n\r\n")[2]
        head, divider, body = self._head.partition(b"\r\n\r\n")
        if divider:
            self._head, self._body_bytes = head + divider, len(body)

    def is_answered(self) -> bool:
        if self.outcome.sent.startswith(b"HEAD") or self._head[9:12] in WITHOUT_BODY or LIVE in self._head:
            return True
        if length := LENGTH.search(self._head):
            return self._body_bytes >= int(length[1])
        return bool(CHUNKED.search(self._head)) and self._tail.endswith(END_OF_CHUNKS)

    def connection_lost(self, error: Exception | None) -> None:
        self.end("closed")

    def end(self, how: str) -> None:
        self.outcome.end = self.outcome.end or how
        self.done.set()

    def hang_up(self) -> None:
        if self._transport:
            self._transport.abort()


class WebSocketConnection(Line):
    """A handshake, then frames as soon as it is through. Never answers a ping of the server's."""

    def __init__(self, number: int, data: bytes, frames: bytes = b"") -> None:
        super().__init__(number, data)
        self._frames = frames

    def is_answered(self) -> bool:
        if not self._head.startswith(b"HTTP/1.1 101"):
            return super().is_answered()
        if not self.outcome.was_open and self._transport:
            self.outcome.was_open = True
            self._transport.write(self._frames + LAST_FRAME)
        return FAREWELL in self._tail


async def run_line(port: int, line: Line, *, within_seconds: float) -> Outcome:
    """Until it is answered or closed; an outcome without an end is stuck."""
    began = time.monotonic()
    await asyncio.get_running_loop().create_connection(lambda: line, "127.0.0.1", port)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_seconds):
            await line.done.wait()
    line.outcome.seconds = time.monotonic() - began
    line.hang_up()
    return line.outcome
