"""The short way out of a socket: finished frames straight to the system, around Autobahn and Twisted.

What this relies on is in docs/decisions/0008-straight-to-the-socket.md; a test looks whether it is still so.
"""

from collections.abc import Callable
from typing import Any

from autobahn.websocket.protocol import WebSocketProtocol
from twisted.internet import tcp

from apps.realtime.direct_sends import Send
from config.flow import Flow

OPEN: int = WebSocketProtocol.STATE_OPEN


class SocketSink:
    """Takes whole frames of one open socket, and keeps the order of all that goes over it.

    Nothing is written once a close has begun. What the system does not take at once goes behind what waits at
    Twisted, where pings, pongs and the close frame go, too: so none of them lands within a frame.
    """

    __slots__ = ("_flow", "_protocol", "_transport")

    def __init__(self, protocol: Any, flow: Flow) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._flow = flow

    def write(self, data: bytes) -> bool:
        """Sends whole frames, or keeps them until the client takes them; False: give it no more."""
        protocol, transport = self._protocol, self._transport
        if protocol.state != OPEN:
            return True
        if self._is_something_waiting():
            protocol.sendData(data)
            return self._flow.has_room
        try:
            sent = transport.socket.send(data)
        except OSError:  # it takes nothing now, or is broken, which Twisted finds by itself
            sent = 0
        if sent == len(data):
            return True
        transport.write(data[sent:])
        return self._flow.has_room

    def direct_send(self, before_others: Callable[[], None]) -> Send | None:
        """The system's own `send`, while nothing waits. `before_others` is called before any other write."""
        if self._protocol.state != OPEN or self._is_something_waiting():
            return None
        self._protocol.before_sending = before_others
        send: Send = self._transport.socket.send
        return send

    def release(self) -> None:
        """Nobody is told any more before something is written."""
        self._protocol.before_sending = None

    async def room(self) -> None:
        """Returns when there is room for more, or the connection has ended."""
        await self._flow.room()

    def _is_something_waiting(self) -> bool:
        transport = self._transport
        return bool(transport.dataBuffer or transport._tempDataLen or self._protocol.send_queue)


def is_plain(transport: object) -> bool:
    """Whether what is written to the system's socket is what goes over the line: no TLS, no wrapper."""
    return type(transport) is tcp.Server and not transport.TLS
