"""One connection that speaks HTTP: how large a head may be, and for how long it may say or take nothing."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from twisted.internet.error import ConnectionAborted
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel as TwistedChannel

from config.flow import Flow
from config.listening import SERVER_NAME
from config.open_connections import OpenConnections
from core.errors import ApiError, HeadTooLarge, MalformedRequest, TooManyConnections
from core.rendering import json_bytes
from core.request_context import request_id_from
from core.security_headers import security_headers

HTTPChannel: Any = TwistedChannel  # its types are half there

MAX_REQUEST_LINE_BYTES = 8 * 1024
# The request line and all headers.
MAX_HEAD_BYTES = 16 * 1024
# Browsers send about 20, and each proxy adds a few.
MAX_HEADERS = 100
# From its first byte on. Enough for 1 MiB over a slow line; who needs longer is cut off.
ARRIVE_WITHIN_SECONDS = 30.0
# Between requests. Above the 60 seconds of nginx, so that of the two it is the one that hangs up.
IDLE_SECONDS = 75.0
# For a first line, of whoever is one too many and is to be told.
TELL_WITHIN_SECONDS = 2.0
# For taking what is left of an answer, once nothing more comes of the connection.
TAKE_WITHIN_SECONDS = 30.0
# The same at the end of an event stream: a client that is too slow frees its place as soon as on a socket.
STREAM_END_WITHIN_SECONDS = 5.0
EVENT_STREAM = b"text/event-stream"


class BoundedChannel(HTTPChannel):  # type: ignore[misc]
    """Twisted's, with limits that a client can't stretch by sending a byte now and then.

    What is no HTTP is refused in the one shape of errors, and the connection ends.
    """

    totalHeadersSize = MAX_HEAD_BYTES  # noqa: N815 - Twisted's names
    MAX_LENGTH = MAX_HEAD_BYTES
    maxHeaders = MAX_HEADERS  # noqa: N815
    _abortingCall: Any = None  # noqa: N815

    def __init__(self, open_connections: OpenConnections) -> None:
        super().__init__()
        self._open_connections = open_connections
        self._is_one_too_many = False
        self.flow = Flow()
        self._is_arriving = False
        self._answered: Any = None
        self._is_event_stream = False

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's names
        self._is_one_too_many = not self._open_connections.opened(self)
        self.timeOut = TELL_WITHIN_SECONDS if self._is_one_too_many else IDLE_SECONDS
        super().connectionMade()

    # --- How long ------------------------------------------------------------------------------------

    def resetTimeout(self) -> None:  # noqa: N802
        """Called for whatever comes in. The first bytes of a request start its time; no others do."""
        if not self._is_arriving and not self._handlingRequest:
            self._is_arriving = True
            if not self._is_one_too_many:
                self._open_connections.waits(self)
                self.setTimeout(ARRIVE_WITHIN_SECONDS)

    def allContentReceived(self) -> None:  # noqa: N802
        self._is_arriving = False
        self._open_connections.works(self)
        self.setTimeout(IDLE_SECONDS)  # which Twisted remembers for when the answer is out
        super().allContentReceived()

    def timeoutConnection(self) -> None:  # noqa: N802
        if self._answered is None:
            self.loseConnection()
        else:  # the time was for taking what was written
            self.transport.abortConnection()

    def hang_up(self) -> None:
        """At once: Twisted accepts many in one turn, and an abort alone closes at the end of it."""
        self.transport.abortConnection()
        self.transport.connectionLost(Failure(ConnectionAborted()))  # type: ignore[no-untyped-call]

    def loseConnection(self) -> Any:  # noqa: N802
        """Closes when all that was written is taken, or when that takes too long."""
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self._take_within_seconds, self.forceAbortClient)
        return super().loseConnection()

    @property
    def _take_within_seconds(self) -> float:
        return STREAM_END_WITHIN_SECONDS if self._is_event_stream else TAKE_WITHIN_SECONDS

    # --- How much ------------------------------------------------------------------------------------

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        if self._is_one_too_many:
            self._refuse(TooManyConnections())
            return
        is_first = self._receivedHeaderSize == 0
        most = MAX_REQUEST_LINE_BYTES if is_first else MAX_HEAD_BYTES - self._receivedHeaderSize
        if len(line) > most:
            self._refuse(HeadTooLarge())
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        del line
        self._refuse(HeadTooLarge())

    def headerReceived(self, line: bytes) -> bool:  # noqa: N802
        if self._receivedHeaderCount >= MAX_HEADERS:
            self._refuse(HeadTooLarge())
            return False
        return bool(super().headerReceived(line))

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        self._refuse(MalformedRequest())

    def _refuse(self, error: ApiError) -> None:
        self._open_connections.works(self)
        self.transport.write(refusal_bytes(error))
        self.loseConnection()

    # --- Who takes it --------------------------------------------------------------------------------

    def pauseProducing(self) -> None:  # noqa: N802
        self.flow.pauseProducing()
        super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        self.flow.resumeProducing()
        super().resumeProducing()
        if self._answered is not None:
            answered, self._answered = self._answered, None
            self._go_on_after(answered)

    def requestDone(self, request: Any) -> None:  # noqa: N802
        """The next request of this connection is looked at when the answer to this one has been taken."""
        content_type = (request.responseHeaders.getRawHeaders(b"content-type") or [b""])[0]
        self._is_event_stream = content_type.startswith(EVENT_STREAM)
        if self._waitingForTransport and self.persistent:
            self._answered = request
            self.setTimeout(self._take_within_seconds)
        else:
            self._go_on_after(request)

    def _go_on_after(self, request: Any) -> None:
        if self.persistent:
            self._open_connections.waits(self)
        super().requestDone(request)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self._open_connections.works(self)
        self._open_connections.closed(self.transport)
        self.flow.stopProducing()
        if self._answered is not None:
            self.requests.remove(self._answered)
        super().connectionLost(reason)


def refusal_headers(error: ApiError) -> dict[str, str]:
    """Of an answer that is given before anything of ours has seen the request."""
    return {
        "Server": SERVER_NAME,
        "Content-Type": "application/json",
        "X-Request-ID": request_id_from(None),
        **security_headers("/api/"),
        **error.headers(),
    }


def refusal_bytes(error: ApiError, *, more: Mapping[str, str] | None = None) -> bytes:
    """The whole answer, behind which the connection ends."""
    body = json_bytes(error.body())
    headers = {
        **refusal_headers(error),
        **(more or {}),
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
