"""What may come in with a request's body: as much as is allowed, and no more is kept.

Daphne hands a request over when all of it is there, so it must be watched before that.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings

from config import http_channel
from config.http_channel import BoundedChannel, refusal_headers
from config.open_connections import OpenConnections
from core.errors import ApiError, InternalError, MalformedRequest, Unavailable
from core.rendering import json_bytes
from core.request_context import within_request

logger = logging.getLogger(__name__)

# Of a body that is too large this much is taken and thrown away, so that its sender gets to read the answer.
SWALLOWED_BYTES = 256 * 1024 * 1024
# Daphne believes the first, whoever sends it, and stumbles over odd bytes in the second, of no use here.
IGNORED_HEADERS = (b"daphne-root-path", b"sec-websocket-protocol")


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """Holds one byte more than a body may have, which is enough to answer that it is too large."""

    _content_type: list[bytes] | None = None

    def __init__(self, channel: BoundedChannel, *args: Any, **kwargs: Any) -> None:
        super().__init__(channel, *args, **kwargs)
        self._flow = channel.flow
        self._received_bytes = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._received_bytes += len(data)
        if self._received_bytes > SWALLOWED_BYTES:
            self._hang_up()
            return
        room = settings.MAX_BODY_BYTES + 1 - self.content.tell()
        if room > 0:
            super().handleContentChunk(data[:room])

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Twisted would read forms by itself, and answer a broken one without any of our headers."""
        self._content_type = self.requestHeaders.getRawHeaders(b"content-type")
        self.requestHeaders.removeHeader(b"content-type")
        super().requestReceived(command, path, version)

    def process(self) -> None:
        if self._content_type is not None:
            self.requestHeaders.setRawHeaders(b"content-type", self._content_type)
        for name in IGNORED_HEADERS:
            self.requestHeaders.removeHeader(name)
        super().process()

    async def room(self) -> None:
        """Returns when there is room for more of the answer. Who takes none for too long is hung up on."""
        try:
            async with asyncio.timeout(http_channel.TAKE_WITHIN_SECONDS):
                await self._flow.room()
        except TimeoutError:
            self._hang_up()

    def _hang_up(self) -> None:
        if getattr(self, "channel", None) is not None:  # else the client was quicker
            self.channel.transport.abortConnection()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """What Daphne itself refuses or breaks has the one shape of errors, too."""
        del status_text
        error, headers = _error_of(status, body)
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.handle_reply({"type": "http.response.start", "status": error.status, "headers": raw})
        self.handle_reply({"type": "http.response.body", "body": json_bytes(error.body())})


def _error_of(status: int, what: str) -> tuple[ApiError, dict[str, str]]:
    """The error and its headers; of a bug, the log has a line under the same id as the answer."""
    error: ApiError
    headers = refusal_headers(MalformedRequest())
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
    """Makes connections whose requests are bounded."""

    def __init__(self, server: Any, open_connections: OpenConnections) -> None:
        super().__init__(server)
        self._open_connections = open_connections

    def protocol(self) -> BoundedChannel:
        return BoundedChannel(self._open_connections)

    def buildProtocol(self, address: Any) -> Any:  # noqa: N802 - Twisted's name
        """None hangs up at once."""
        if not self._open_connections.has_a_place():
            return None
        protocol = super().buildProtocol(address)
        protocol.requestFactory = BoundedRequest
        return protocol
