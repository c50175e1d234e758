"""What may come in over a socket: no frame is held that the application would refuse for its size."""

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from apps.realtime.connection import CloseCode
from apps.realtime.consumers import MAX_FRAME_BYTES


class BoundedSocket(WebSocketProtocol):  # type: ignore[misc]
    """Closes with 4408 as soon as a frame says that it is too large, and throws away what comes of it.

    Daphne's own limit drops the line instead, which a client can't tell from a lost network.
    """

    _is_too_large = False

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802 - Autobahn's name
        if self.message_data_total_length + length > MAX_FRAME_BYTES and not self._is_too_large:
            self._is_too_large = True
            self.sendClose(code=CloseCode.FRAME_TOO_LARGE)
        if not self._is_too_large:
            super().onMessageFrameBegin(length)

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802 - Autobahn's name
        if not self._is_too_large:
            super().onMessageFrameData(payload)

    def onMessageFrameEnd(self) -> None:  # noqa: N802 - Autobahn's name
        if not self._is_too_large:
            super().onMessageFrameEnd()

    def onMessageEnd(self) -> None:  # noqa: N802 - Autobahn's name
        if not self._is_too_large:
            super().onMessageEnd()


class BoundedSocketFactory(WebSocketFactory):  # type: ignore[misc]
    """Makes sockets whose frames are bounded."""

    protocol = BoundedSocket
