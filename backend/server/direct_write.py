"""Writes finished frames directly to the OS socket, bypassing Autobahn and Twisted.

Its assumptions are in docs/decisions/0008-direct-socket-writes.md; tests verify them.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from autobahn.websocket.protocol import WebSocketProtocol
from twisted.internet import tcp

from apps.realtime.fanout import Send


class WriteBackpressure:
    """Twisted's backpressure of a connection: its buffer is full, or writable again.

    Daphne ignores backpressure, so a client that does not read would fill the memory. A sender of many
    messages waits here between them.
    """

    __slots__ = ("_freed", "has_room")

    def __init__(self) -> None:
        self.has_room = True
        # Created when a sender waits, which is rare.
        self._freed: asyncio.Event | None = None

    async def wait_writable(self) -> None:
        """Returns when the connection is writable or has ended."""
        while not self.has_room:
            self._freed = self._freed or asyncio.Event()
            await self._freed.wait()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's names
        self.has_room = False

    def resumeProducing(self) -> None:  # noqa: N802
        self.has_room = True
        if self._freed is not None:
            self._freed.set()
            self._freed = None

    def stopProducing(self) -> None:  # noqa: N802
        self.resumeProducing()


OPEN: int = WebSocketProtocol.STATE_OPEN


class DirectWriter:
    """Writes whole frames to one open socket, and preserves the order of all written data.

    Nothing is written after a close has begun. Data that the OS does not take immediately is appended to
    Twisted's buffer, which also has pings, pongs and the close frame, so none of them splits a frame.
    """

    __slots__ = ("_flow", "_protocol", "_transport")

    def __init__(self, protocol: Any, flow: WriteBackpressure) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._flow = flow

    def write(self, data: bytes) -> bool:
        """Sends whole frames, or buffers them. False means that the buffer is full."""
        protocol, transport = self._protocol, self._transport
        if protocol.state != OPEN:
            return True
        if self._has_buffered_data():
            protocol.sendData(data)
            return self._flow.has_room
        try:
            sent = transport.socket.send(data)
        except OSError:  # not writable now, or broken, which Twisted detects
            sent = 0
        if sent == len(data):
            return True
        transport.write(data[sent:])
        return self._flow.has_room

    def direct_send(self, before_others: Callable[[], None]) -> Send | None:
        """The OS socket's `send`, while nothing is buffered. Other writes call `before_others` first."""
        if self._protocol.state != OPEN or self._has_buffered_data():
            return None
        self._protocol.before_sending = before_others
        send: Send = self._transport.socket.send
        return send

    def release(self) -> None:
        """Removes the callback before other writes."""
        self._protocol.before_sending = None

    async def wait_writable(self) -> None:
        """Returns when the connection is writable or has ended."""
        await self._flow.wait_writable()

    def _has_buffered_data(self) -> bool:
        transport = self._transport
        return bool(transport.dataBuffer or transport._tempDataLen or self._protocol.send_queue)


def is_plain(transport: object) -> bool:
    """Whether bytes written to the OS socket are sent unchanged: no TLS, no wrapper."""
    return type(transport) is tcp.Server and not transport.TLS
