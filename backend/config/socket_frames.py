"""What may come in over a socket: no frame that the application would refuse is held, and all are counted."""

from collections.abc import Callable
from typing import Any

from daphne.ws_protocol import WebSocketFactory

from apps.realtime.connection import CloseCode
from apps.realtime.consumers import MAX_FRAME_BYTES
from config.flow import Flow
from config.http_channel import refusal_bytes
from config.open_connections import OpenConnections
from config.slim_sockets import SlimSocket, configured
from config.socket_sink import SocketSink, is_plain
from core.errors import ApiError, InternalError, MalformedRequest, MethodNotAllowed, NotPermitted
from core.limits import FRAMES_UNTIL_CLOSE
from core.metrics import FRAMES_TOO_LARGE
from core.rate_limits import LocalCalls, TooManyCalls

# For taking the frame that says why the socket ends.
CLOSE_WITHIN_SECONDS = 5.0
# Everything else that Autobahn refuses is a handshake that makes no sense.
REFUSALS: dict[int, Callable[[], ApiError]] = {
    403: NotPermitted,
    405: MethodNotAllowed,
    500: InternalError,
}


class BoundedSocket(SlimSocket):
    """Closes with 4408 as soon as a frame says that it is too large, and throws away what comes of it.

    Daphne's own limit drops the line instead, which a client can't tell from a lost network. Pings and pieces
    of frames, which the application never sees, are counted like frames.
    """

    # Called before anything is written here, while live events go past here (`SocketSink.direct_send`).
    before_sending: Callable[[], None] | None = None
    _pieces: LocalCalls | None = None
    _is_refused = False

    def __init__(self) -> None:
        super().__init__()
        self._flow = Flow()

    # --- The handshake, and the end ------------------------------------------------------------------

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's and Autobahn's names
        self.transport.unregisterProducer()  # it was HTTP's until now
        self.transport.registerProducer(self._flow, streaming=True)
        super().connectionMade()

    def sendHttpErrorResponse(  # noqa: N802
        self,
        code: int,
        reason: str,
        responseHeaders: Any = None,  # noqa: N803
    ) -> None:
        """A refused handshake is told in the one shape of errors."""
        error = REFUSALS.get(code, MalformedRequest)()
        del reason  # it repeats what the client has sent
        self.sendData(refusal_bytes(error, more=dict(responseHeaders or [])))

    def sendData(self, *data: Any, **how: Any) -> None:  # noqa: N802
        """All that this protocol writes goes by here: frames, pings, pongs, the close."""
        if self.before_sending is not None:
            self.before_sending()
        super().sendData(*data, **how)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self.factory.open_connections.closed(self.transport)
        super().connectionLost(reason)

    def onClose(self, was_clean: bool, code: int | None, reason: str | None) -> None:  # noqa: FBT001, N802
        self._flow.stopProducing()
        if hasattr(self, "server"):  # else the handshake never came to the application
            super().onClose(was_clean, code, reason)

    def dropConnection(self, abort: bool = False) -> None:  # noqa: FBT001, FBT002, N802
        """What is left to be sent is not waited for without end."""
        super().dropConnection(abort)
        if not abort:
            self.factory.reactor.callLater(CLOSE_WITHIN_SECONDS, self.transport.abortConnection)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        """Autobahn lets an application close with codes of its own alone, and 1011 is the standard's."""
        if code == CloseCode.UNAVAILABLE:
            self.sendCloseFrame(code=code)
        else:
            super().serverClose(code)

    async def room(self) -> None:
        """Returns when there is room for another frame."""
        await self._flow.room()

    def sink(self) -> SocketSink | None:
        """The short way out, where there is one."""
        return SocketSink(self, self._flow) if is_plain(self.transport) else None

    # --- Frames --------------------------------------------------------------------------------------

    def onFrameBegin(self) -> None:  # noqa: N802
        self._pieces = self._pieces or LocalCalls()
        try:
            self._pieces.count(
                max_calls=FRAMES_UNTIL_CLOSE.max_calls, period_seconds=FRAMES_UNTIL_CLOSE.period_seconds
            )
        except TooManyCalls:
            self._refuse(CloseCode.TOO_MANY)
        super().onFrameBegin()

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        if self.message_data_total_length + length > MAX_FRAME_BYTES:
            self._refuse(CloseCode.FRAME_TOO_LARGE)
        if not self._is_refused:
            super().onMessageFrameBegin(length)

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802
        if payload and not self._is_refused:  # pieces without anything in them would be kept, too
            super().onMessageFrameData(payload)

    def onMessageFrameEnd(self) -> None:  # noqa: N802
        if not self._is_refused:
            super().onMessageFrameEnd()

    def onMessageEnd(self) -> None:  # noqa: N802
        if not self._is_refused:
            super().onMessageEnd()

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        if not self._is_refused:
            super().onPing(payload)

    def _refuse(self, code: int) -> None:
        if not self._is_refused:
            self._is_refused = True
            if code == CloseCode.FRAME_TOO_LARGE:
                FRAMES_TOO_LARGE.inc()
            self.sendClose(code=code)


class BoundedSocketFactory(WebSocketFactory):  # type: ignore[misc]
    """Makes sockets whose frames are bounded."""

    protocol = BoundedSocket

    def __init__(self, daphne: Any, open_connections: OpenConnections, **options: Any) -> None:
        super().__init__(daphne, **options)
        self.open_connections = open_connections
        self.setProtocolOptions(closeHandshakeTimeout=CLOSE_WITHIN_SECONDS)

    def setProtocolOptions(self, **options: Any) -> None:  # noqa: N802
        super().setProtocolOptions(**options)
        self.protocol = configured(BoundedSocket, self)
