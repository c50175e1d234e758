"""Daphne's WebSockets with less memory per socket, and with limits of received frames: size and number."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from apps.realtime.connection import CloseCode
from apps.realtime.consumers import MAX_MESSAGE_BYTES
from core.errors import ApiError, InternalError, MalformedRequest, MethodNotAllowed, NotPermitted
from core.metrics import MESSAGES_TOO_LARGE
from core.rate_limits import MESSAGES_UNTIL_CLOSE, LocalRateLimiter, RateLimitExceeded
from server.connections import ConnectionLimiter
from server.dependencies import HAS_FAST_PATH
from server.direct_write import DirectWriter, WriteBackpressure, is_plain
from server.http_limits import rejection_bytes

# --- Less memory per socket --------------------------------------------------------------------------

# Attributes of the handshake that are not read after the connection is open.
HANDSHAKE_ONLY = frozenset(
    {
        *("_raw_query_string", "_results", "_transport_details", "_valid_events", "_wskey"),
        *("application_deferred", "clean_headers", "http_headers", "http_request_data", "http_request_host"),
        *("http_request_params", "http_request_path", "http_request_uri", "http_response_data"),
        *("http_status_line", "is_open", "path", "peer", "protocol_to_accept", "root_path", "server_addr"),
        *("websocket_extensions", "websocket_extensions_in_use", "websocket_origin", "websocket_protocols"),
    }
)
# Attributes replaced by shared ones of the class.
SHARED = frozenset({"is_closed", "request", "send_queue", "trafficStats"})
MISSING = object()


class NullDeferred:
    """Replaces the Deferred that fires when a connection ends, which has no waiters here."""

    def callback(self, result: object) -> None: ...


class NullRequest:
    """Replaces the request, of which only the path is passed to a disabled action log."""

    path = ""


class CompactWebSocket(WebSocketProtocol):  # type: ignore[misc]
    """Daphne's protocol without handshake state: Autobahn sets over 90 attributes per connection.

    The attributes below are the defaults of an intact connection. A changed one is set on the instance.
    """

    is_closed = NullDeferred()
    request = NullRequest()
    # For chopped writes, which are not used.
    send_queue: ClassVar[Any] = ()
    # Shared by all connections.
    trafficStats = TrafficStats()  # type: ignore[no-untyped-call]  # noqa: N815 - Autobahn's names

    _perMessageCompress = None  # noqa: N815
    autoPingPending = autoPingPendingCall = autoPingPendingSent = autoPingTimeoutCall = None  # noqa: N815
    autoPingPendingSeq = 0  # noqa: N815
    closeHandshakeTimeoutCall = openHandshakeTimeoutCall = trackedTimings = None  # noqa: N815
    closedByMe = droppedByMe = failedByMe = inside_message = triggered = wasClean = False  # noqa: N815
    connected = 1
    current_frame = None
    data = b""
    localCloseCode = localCloseReason = remoteCloseCode = remoteCloseReason = None  # noqa: N815
    path = b""
    peer = None
    send_state = WebSocketProtocol.SEND_STATE_GROUND
    wasCloseHandshakeTimeout = wasOpenHandshakeTimeout = wasServerConnectionDropTimeout = False  # noqa: N815
    wasMaxFramePayloadSizeExceeded = wasMaxMessagePayloadSizeExceeded = False  # noqa: N815
    wasNotCleanReason = websocket_protocol_in_use = None  # noqa: N815
    wasServingFlashSocketPolicyFile = False  # noqa: N815
    websocket_version = 13

    def succeedHandshake(self, *arguments: Any) -> None:  # noqa: N802
        super().succeedHandshake(*arguments)
        if self.state == self.STATE_OPEN:
            self._drop_handshake_state()

    def onFrameBegin(self) -> None:  # noqa: N802
        if "utf8validator" not in self.__dict__:
            self.utf8validator = Utf8Validator()  # type: ignore[no-untyped-call]
        super().onFrameBegin()

    def _drop_handshake_state(self) -> None:
        """Creates a new dictionary, because the old one would keep its size."""
        kind = type(self)
        self.__dict__ = {
            name: value
            for name, value in self.__dict__.items()
            if name not in HANDSHAKE_ONLY
            and name not in SHARED
            and not _is_same(value, getattr(kind, name, MISSING))
            and (name != "utf8validator" or self.current_frame is not None)
        }


def configured(kind: type[CompactWebSocket], factory: Any) -> type[CompactWebSocket]:
    """The class with the factory's options, which Autobahn would otherwise copy to each connection."""
    options = {name: getattr(factory, name) for name in kind.CONFIG_ATTRS}
    methods = {name: staticmethod(value) if callable(value) else value for name, value in options.items()}
    return type(kind.__name__, (kind,), methods)


def _is_same(value: object, shared: object) -> bool:
    return type(value) is type(shared) and (value is shared or value == shared)


class ReceiveQueue:
    """An asyncio.Queue for one reader with a tenth of its memory, which matters with thousands of sockets."""

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Any:
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._messages.pop(0)


# --- Limits of received frames -----------------------------------------------------------------------

# For receiving the close frame.
CLOSE_WITHIN_SECONDS = 5.0
# All other rejections of Autobahn are invalid handshakes.
REJECTIONS: dict[int, Callable[[], ApiError]] = {
    403: NotPermitted,
    405: MethodNotAllowed,
    500: InternalError,
}


# Compact sockets rely on private names of Autobahn.
BaseSocket: Any = CompactWebSocket if HAS_FAST_PATH else WebSocketProtocol


class BoundedSocket(BaseSocket):  # type: ignore[misc]
    """Closes with 4408 as soon as a frame announces a too large payload, and discards the payload.

    Daphne's own limit drops the connection, which looks like a network failure to the client. Pings and
    fragments, which the application never receives, are counted like messages.
    """

    # Called before any write here, while live events bypass this class (`DirectWriter.direct_send`).
    before_sending: Callable[[], None] | None = None
    _pieces: LocalRateLimiter | None = None
    _is_rejected = False
    # The payload of the last ping received while the client did not read, and the task that sends its pong.
    _pending_ping: bytes | None = None
    _pong_task: asyncio.Task[None] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._flow = WriteBackpressure()

    # --- Handshake and close -------------------------------------------------------------------------

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's and Autobahn's names
        self.transport.unregisterProducer()  # registered by HTTP
        self.transport.registerProducer(self._flow, streaming=True)
        super().connectionMade()

    def sendHttpErrorResponse(  # noqa: N802
        self,
        code: int,
        reason: str,
        responseHeaders: Any = None,  # noqa: N803
    ) -> None:
        """A rejected handshake receives the standard error body."""
        error = REJECTIONS.get(code, MalformedRequest)()
        del reason  # it contains input of the client
        self.sendData(rejection_bytes(error, more=dict(responseHeaders or [])))

    def sendData(self, *data: Any, **how: Any) -> None:  # noqa: N802
        """All writes of this protocol: frames, pings, pongs, the close."""
        if self.before_sending is not None:
            self.before_sending()
        super().sendData(*data, **how)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self.factory.open_connections.closed(self.transport)
        super().connectionLost(reason)

    def onClose(self, was_clean: bool, code: int | None, reason: str | None) -> None:  # noqa: FBT001, N802
        self._flow.stopProducing()
        if hasattr(self, "server"):  # otherwise the handshake did not reach the application
            super().onClose(was_clean, code, reason)

    def dropConnection(self, abort: bool = False) -> None:  # noqa: FBT001, FBT002, N802
        """Limits the time for sending buffered data."""
        super().dropConnection(abort)
        if not abort:
            self.factory.reactor.callLater(CLOSE_WITHIN_SECONDS, self.transport.abortConnection)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        """Autobahn allows applications only private close codes, and 1011 is a standard one."""
        if code == CloseCode.UNAVAILABLE:
            self.sendCloseFrame(code=code)
        else:
            super().serverClose(code)

    async def wait_writable(self) -> None:
        """Returns when the connection is writable."""
        await self._flow.wait_writable()

    def sink(self) -> DirectWriter | None:
        """The direct writer, if the connection supports it."""
        has_one = HAS_FAST_PATH and is_plain(self.transport)
        return DirectWriter(self, self._flow) if has_one else None

    # --- Frames --------------------------------------------------------------------------------------

    def onFrameBegin(self) -> None:  # noqa: N802
        self._pieces = self._pieces or LocalRateLimiter()
        try:
            self._pieces.count(
                max_calls=MESSAGES_UNTIL_CLOSE.max_calls, period_seconds=MESSAGES_UNTIL_CLOSE.period_seconds
            )
        except RateLimitExceeded:
            self._reject(CloseCode.TOO_MANY)
        super().onFrameBegin()

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        if self.message_data_total_length + length > MAX_MESSAGE_BYTES:
            self._reject(CloseCode.MESSAGE_TOO_LARGE)
        if not self._is_rejected:
            super().onMessageFrameBegin(length)

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802
        if payload and not self._is_rejected:  # Autobahn would buffer empty fragments too
            super().onMessageFrameData(payload)

    def onMessageFrameEnd(self) -> None:  # noqa: N802
        if not self._is_rejected:
            super().onMessageFrameEnd()

    def onMessageEnd(self) -> None:  # noqa: N802
        if not self._is_rejected:
            super().onMessageEnd()

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        """While the client does not read, only the last ping receives a pong, as RFC 6455 allows."""
        if self._is_rejected:
            return
        if self._flow.has_room and self._pending_ping is None:
            super().onPing(payload)
            return
        if self._pending_ping is None:
            self._pong_task = asyncio.get_running_loop().create_task(self._send_pong())
        self._pending_ping = payload

    async def _send_pong(self) -> None:
        await self._flow.wait_writable()
        payload, self._pending_ping = self._pending_ping, None
        super().onPing(payload)

    def _reject(self, code: int) -> None:
        if not self._is_rejected:
            self._is_rejected = True
            if code == CloseCode.MESSAGE_TOO_LARGE:
                MESSAGES_TOO_LARGE.inc()
            self.sendClose(code=code)


class BoundedSocketFactory(WebSocketFactory):  # type: ignore[misc]
    """Creates sockets with limited frames."""

    protocol = BoundedSocket

    def __init__(self, daphne: Any, open_connections: ConnectionLimiter, **options: Any) -> None:
        super().__init__(daphne, **options)
        self.open_connections = open_connections
        self.setProtocolOptions(closeHandshakeTimeout=CLOSE_WITHIN_SECONDS)

    def setProtocolOptions(self, **options: Any) -> None:  # noqa: N802
        super().setProtocolOptions(**options)
        if HAS_FAST_PATH:
            self.protocol = configured(BoundedSocket, self)
