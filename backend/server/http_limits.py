"""Limits of HTTP connections: size of requests, and timeouts of sending and receiving."""

import asyncio
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet.error import ConnectionAborted
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel as TwistedChannel
from twisted.web.http_headers import Headers

from core.errors import (
    ApiError,
    HeadTooLarge,
    InternalError,
    MalformedRequest,
    TooManyConnections,
    Unavailable,
)
from core.http_security import security_headers
from core.json_codec import json_bytes
from core.request_context import request_id_from, within_request
from server.connections import SERVER_NAME, ConnectionLimiter
from server.direct_write import WriteBackpressure

HTTPChannel: Any = TwistedChannel  # its types are incomplete

MAX_REQUEST_LINE_BYTES = 8 * 1024
# The request line and all headers.
MAX_HEAD_BYTES = 16 * 1024
# Browsers send about 20, and each proxy adds a few.
MAX_HEADERS = 100
# From a request's first byte. Enough for 1 MiB over a slow connection; slower requests are aborted.
ARRIVE_WITHIN_SECONDS = 30.0
# Between requests. Above the 60 seconds of nginx, so that nginx closes first.
IDLE_SECONDS = 75.0
# For the first request line of a connection above the limit, which receives a 503.
REJECTION_SECONDS = 2.0
# For receiving the rest of a response after the last request.
TAKE_WITHIN_SECONDS = 30.0
# The same at the end of an event stream: a slow client frees its slot as soon as on a WebSocket.
STREAM_END_WITHIN_SECONDS = 5.0
EVENT_STREAM, AUDIO = b"text/event-stream", b"audio/"
# A player that is paused, or has buffered minutes, reads nothing for a while.
AUDIO_TAKE_WITHIN_SECONDS = 600.0


class BoundedChannel(HTTPChannel):  # type: ignore[misc]
    """Twisted's channel, with timeouts that single bytes do not extend.

    Invalid HTTP is rejected with the standard error body, and the connection is closed.
    """

    totalHeadersSize = MAX_HEAD_BYTES  # noqa: N815 - Twisted's names
    MAX_LENGTH = MAX_HEAD_BYTES
    maxHeaders = MAX_HEADERS  # noqa: N815
    _abortingCall: Any = None  # noqa: N815

    def __init__(self, open_connections: ConnectionLimiter) -> None:
        super().__init__()
        self._open_connections = open_connections
        self._is_one_too_many = False
        self.flow = WriteBackpressure()
        self._is_arriving = False
        self._answered: Any = None
        self._is_event_stream = False

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's names
        self._is_one_too_many = not self._open_connections.opened(self)
        self.timeOut = REJECTION_SECONDS if self._is_one_too_many else IDLE_SECONDS
        super().connectionMade()

    # --- Timeouts ------------------------------------------------------------------------------------

    def resetTimeout(self) -> None:  # noqa: N802
        """Called for all received bytes. Only the first bytes of a request start its timeout."""
        if not self._is_arriving and not self._handlingRequest:
            self._is_arriving = True
            if not self._is_one_too_many:
                self._open_connections.mark_idle(self)
                self.setTimeout(ARRIVE_WITHIN_SECONDS)

    def allContentReceived(self) -> None:  # noqa: N802
        self._is_arriving = False
        self._open_connections.mark_busy(self)
        self.setTimeout(IDLE_SECONDS)  # which Twisted applies after the response
        super().allContentReceived()

    def timeoutConnection(self) -> None:  # noqa: N802
        if self._answered is None:
            self.loseConnection()
        else:  # the timeout was for receiving the response
            self.transport.abortConnection()

    def close_now(self) -> None:
        """Closes immediately; an abort alone would wait for the end of Twisted's loop of accepts."""
        self.transport.abortConnection()
        self.transport.connectionLost(Failure(ConnectionAborted()))  # type: ignore[no-untyped-call]

    def loseConnection(self) -> Any:  # noqa: N802
        """Closes after the client has received everything, or after a timeout."""
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self._receive_timeout_seconds, self.forceAbortClient)
        return super().loseConnection()

    @property
    def _receive_timeout_seconds(self) -> float:
        return STREAM_END_WITHIN_SECONDS if self._is_event_stream else TAKE_WITHIN_SECONDS

    # --- Sizes ---------------------------------------------------------------------------------------

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        if self._is_one_too_many:
            self._reject(TooManyConnections())
            return
        is_first = self._receivedHeaderSize == 0
        most = MAX_REQUEST_LINE_BYTES if is_first else MAX_HEAD_BYTES - self._receivedHeaderSize
        if len(line) > most:
            self._reject(HeadTooLarge())
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        del line
        self._reject(HeadTooLarge())

    def headerReceived(self, line: bytes) -> bool:  # noqa: N802
        if self._receivedHeaderCount >= MAX_HEADERS:
            self._reject(HeadTooLarge())
            return False
        return bool(super().headerReceived(line))

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        self._reject(MalformedRequest())

    def _reject(self, error: ApiError) -> None:
        self._open_connections.mark_busy(self)
        self.transport.write(rejection_bytes(error))
        self.loseConnection()

    # --- Backpressure --------------------------------------------------------------------------------

    @property
    def unread_bytes(self) -> int:
        """The size of the response in progress, which the application holds until all of it is sent.

        Of files with audio it holds only the part that is sent next.
        """
        headers = self.requests[0].responseHeaders if self.requests else Headers()
        (kind,) = headers.getRawHeaders(b"content-type") or [b""]
        (length,) = headers.getRawHeaders(b"content-length") or [b"0"]
        return 0 if kind.startswith(AUDIO) else int(length)

    def pauseProducing(self) -> None:  # noqa: N802
        self._open_connections.mark_unread(self)
        self.flow.pauseProducing()
        super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        self._open_connections.mark_read(self)
        self.flow.resumeProducing()
        super().resumeProducing()
        if self._answered is not None:
            answered, self._answered = self._answered, None
            self._continue_after(answered)

    def requestDone(self, request: Any) -> None:  # noqa: N802
        """Starts the next request of this connection after the client has received this response."""
        content_type = (request.responseHeaders.getRawHeaders(b"content-type") or [b""])[0]
        self._is_event_stream = content_type.startswith(EVENT_STREAM)
        if self._waitingForTransport and self.persistent:
            self._answered = request
            self.setTimeout(self._receive_timeout_seconds)
        else:
            self._continue_after(request)

    def _continue_after(self, request: Any) -> None:
        if self.persistent:
            self._open_connections.mark_idle(self)
        super().requestDone(request)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self._open_connections.mark_busy(self)
        self._open_connections.mark_read(self)
        self._open_connections.closed(self.transport)
        self.flow.stopProducing()
        if self._answered is not None:
            self.requests.remove(self._answered)
        super().connectionLost(reason)


def rejection_headers(error: ApiError) -> dict[str, str]:
    """Headers of a response sent before the application has seen the request."""
    return {
        "Server": SERVER_NAME,
        "Content-Type": "application/json",
        "X-Request-ID": request_id_from(None),
        **security_headers("/api/"),
        **error.headers(),
    }


def rejection_bytes(error: ApiError, *, more: Mapping[str, str] | None = None) -> bytes:
    """The complete response, after which the connection is closed."""
    body = json_bytes(error.body())
    headers = {
        **rejection_headers(error),
        **(more or {}),
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


logger = logging.getLogger(__name__)

# This much of a too large body is read and discarded, so that the client can read the response.
SWALLOWED_BYTES = 256 * 1024 * 1024
# With these status codes the body has the announced length.
BODY_CODES = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)
# Daphne trusts the first from any client, and fails on invalid bytes in the second; neither is needed.
IGNORED_HEADERS = (b"daphne-root-path", b"sec-websocket-protocol")


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """Buffers one byte more than the limit, which is enough to reject a too large body."""

    _content_type: list[bytes] | None = None

    def __init__(self, channel: BoundedChannel, *args: Any, **kwargs: Any) -> None:
        super().__init__(channel, *args, **kwargs)
        self._flow = channel.flow
        self._received_bytes = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._received_bytes += len(data)
        if self._received_bytes > SWALLOWED_BYTES:
            self._close_now()
            return
        room = settings.MAX_BODY_BYTES + 1 - self.content.tell()
        if room > 0:
            super().handleContentChunk(data[:room])

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Prevents Twisted from parsing forms, and from rejecting invalid ones without our headers."""
        self._content_type = self.requestHeaders.getRawHeaders(b"content-type")
        self.requestHeaders.removeHeader(b"content-type")
        super().requestReceived(command, path, version)

    def process(self) -> None:
        if self._content_type is not None:
            self.requestHeaders.setRawHeaders(b"content-type", self._content_type)
        for name in IGNORED_HEADERS:
            self.requestHeaders.removeHeader(name)
        super().process()

    async def wait_writable(self) -> None:
        """Returns when the client can receive more. A client that takes too long is disconnected."""
        try:
            async with asyncio.timeout(self._receive_timeout_seconds):
                await self._flow.wait_writable()
        except TimeoutError:
            self._close_now()

    @property
    def _receive_timeout_seconds(self) -> float:
        content_type = (self.responseHeaders.getRawHeaders(b"content-type") or [b""])[0]
        return AUDIO_TAKE_WITHIN_SECONDS if content_type.startswith(AUDIO) else TAKE_WITHIN_SECONDS

    def finish(self) -> None:
        """Closes the connection if less was sent than announced: the client would wait for the rest."""
        announced = (self.responseHeaders.getRawHeaders(b"content-length") or [b"0"])[0]
        if self.method == b"GET" and self.code in BODY_CODES and self.sentLength < int(announced):
            self._close_now()
        else:
            super().finish()

    def _close_now(self) -> None:
        if getattr(self, "channel", None) is not None:  # otherwise the client has already disconnected
            self.channel.transport.abortConnection()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Daphne's own errors have the standard error body too."""
        del status_text
        error, headers = _error_of(status, body)
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.handle_reply({"type": "http.response.start", "status": error.status, "headers": raw})
        self.handle_reply({"type": "http.response.body", "body": json_bytes(error.body())})


def _error_of(status: int, what: str) -> tuple[ApiError, dict[str, str]]:
    """The error and its headers. Internal errors are logged under the response's request ID."""
    error: ApiError
    headers = rejection_headers(MalformedRequest())
    with within_request(request_id=headers["X-Request-ID"]):
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            error = Unavailable()
        elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("Response aborted: %s", what)
            error = InternalError()
        else:
            error = MalformedRequest()
    return error, headers | error.headers()


class BoundedHTTPFactory(HTTPFactory):  # type: ignore[misc]
    """Creates connections with limited requests."""

    def __init__(self, server: Any, open_connections: ConnectionLimiter) -> None:
        super().__init__(server)
        self._open_connections = open_connections

    def protocol(self) -> BoundedChannel:
        return BoundedChannel(self._open_connections)

    def buildProtocol(self, address: Any) -> Any:  # noqa: N802 - Twisted's name
        """Returning None drops the connection."""
        if not self._open_connections.can_accept():
            return None
        protocol = super().buildProtocol(address)
        protocol.requestFactory = BoundedRequest
        return protocol
