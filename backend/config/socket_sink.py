"""The short way out of a socket: finished frames straight to the system, around Autobahn and Twisted.

What this relies on is in docs/decisions/0008-straight-to-the-socket.md; a test looks whether it is still so.
"""

from typing import Any

from autobahn.websocket.protocol import WebSocketProtocol
from twisted.internet import tcp

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

    @property
    def waiting(self) -> int:
        """Bytes that the system has not taken yet."""
        transport = self._transport
        waiting: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return waiting

    def write(self, data: bytes) -> bool:
        """Sends whole frames, or keeps them until the client takes them; False: give it no more."""
        protocol, transport = self._protocol, self._transport
        if protocol.state != OPEN:
            return True
        if transport.dataBuffer or transport._tempDataLen or protocol.send_queue:
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

    async def room(self) -> None:
        """Returns when there is room for more, or the connection has ended."""
        await self._flow.room()


def is_plain(transport: object) -> bool:
    """Whether what is written to the system's socket is what goes over the line: no TLS, no wrapper."""
    return type(transport) is tcp.Server and not transport.TLS
