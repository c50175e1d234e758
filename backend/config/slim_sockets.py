"""What an open socket keeps: little. Its handshake is forgotten, and what is the same for all stands once."""

from typing import Any, ClassVar

from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator
from daphne.ws_protocol import WebSocketProtocol

# What the handshake leaves on each connection, and nothing reads once it is open.
HANDSHAKE_ONLY = frozenset(
    {
        *("_raw_query_string", "_results", "_transport_details", "_valid_events", "_wskey"),
        *("application_deferred", "clean_headers", "http_headers", "http_request_data", "http_request_host"),
        *("http_request_params", "http_request_path", "http_request_uri", "http_response_data"),
        *("http_status_line", "is_open", "path", "peer", "protocol_to_accept", "root_path", "server_addr"),
        *("websocket_extensions", "websocket_extensions_in_use", "websocket_origin", "websocket_protocols"),
    }
)
# What stands once for all instead: the class has them, too.
SHARED = frozenset({"is_closed", "request", "send_queue", "trafficStats"})
MISSING = object()


class NobodyWaits:
    """In place of the Deferred that fires when a connection ends: here nobody waits for that."""

    def callback(self, result: object) -> None: ...


class Forgotten:
    """In place of the request: its path is told to a log of actions that there is not."""

    path = ""


class SlimSocket(WebSocketProtocol):  # type: ignore[misc]
    """Daphne's, which lets go of what its handshake needed: Autobahn gives each over 90 attributes.

    The attributes below are what those are while nothing is wrong. One that changes is the connection's own.
    """

    is_closed = NobodyWaits()
    request = Forgotten()
    # For writes that are chopped up, which nobody asks for.
    send_queue: ClassVar[Any] = ()
    # Of all connections together.
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

    def succeedHandshake(self, *answer: Any) -> None:  # noqa: N802
        super().succeedHandshake(*answer)
        if self.state == self.STATE_OPEN:
            self._slim()

    def onFrameBegin(self) -> None:  # noqa: N802
        if "utf8validator" not in self.__dict__:
            self.utf8validator = Utf8Validator()  # type: ignore[no-untyped-call]
        super().onFrameBegin()

    def _slim(self) -> None:
        """A new dictionary, for the old one would stay as large as it is."""
        kind = type(self)
        self.__dict__ = {
            name: value
            for name, value in self.__dict__.items()
            if name not in HANDSHAKE_ONLY
            and name not in SHARED
            and not _is_same(value, getattr(kind, name, MISSING))
            and (name != "utf8validator" or self.current_frame is not None)
        }


def configured(kind: type[SlimSocket], factory: Any) -> type[SlimSocket]:
    """The class with the factory's options, which Autobahn would copy to each connection that lacks them."""
    options = {name: getattr(factory, name) for name in kind.CONFIG_ATTRS}
    methods = {name: staticmethod(value) if callable(value) else value for name, value in options.items()}
    return type(kind.__name__, (kind,), methods)


def _is_same(value: object, shared: object) -> bool:
    return type(value) is type(shared) and (value is shared or value == shared)
