"""Reduces the memory of open sockets: drops handshake state, and shares equal attributes."""

import asyncio
from typing import Any, ClassVar

from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator
from daphne.ws_protocol import WebSocketProtocol

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
