"""What may come in with a request: how much of a body, and how slowly.

Daphne hands a request over when all of it is there, so both must be watched before that.
"""

from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet import reactor as twisted_reactor

reactor: Any = twisted_reactor  # a module to its types, and the running reactor when it is used

# Enough for 1 MiB over a slow line; who needs longer is cut off.
ARRIVE_WITHIN_SECONDS = 30.0
# Of a body that is too large this much is taken and thrown away, so that its sender gets to read the answer.
SWALLOWED_BYTES = 256 * 1024 * 1024


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """Holds one byte more than a body may have, which is enough to answer that it is too large.

    One that does not arrive in time is dropped with its connection.
    """

    _content_type: list[bytes] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._received_bytes = 0
        self._patience = reactor.callLater(ARRIVE_WITHIN_SECONDS, self._drop)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._received_bytes += len(data)
        if self._received_bytes > SWALLOWED_BYTES:
            self._drop()
            return
        room = settings.MAX_BODY_BYTES + 1 - self.content.tell()
        if room > 0:
            super().handleContentChunk(data[:room])

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Twisted would read forms by itself, and answer a broken one without any of our headers."""
        self._stop_waiting()
        self._content_type = self.requestHeaders.getRawHeaders(b"content-type")
        self.requestHeaders.removeHeader(b"content-type")
        super().requestReceived(command, path, version)

    def process(self) -> None:
        if self._content_type is not None:
            self.requestHeaders.setRawHeaders(b"content-type", self._content_type)
        super().process()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        self._stop_waiting()
        super().connectionLost(reason)

    def _stop_waiting(self) -> None:
        if self._patience.active():
            self._patience.cancel()

    def _drop(self) -> None:
        self._stop_waiting()
        self.channel.transport.abortConnection()


class BoundedHTTPFactory(HTTPFactory):  # type: ignore[misc]
    """Makes connections whose requests are bounded."""

    def buildProtocol(self, address: Any) -> Any:  # noqa: N802 - Twisted's name
        protocol = super().buildProtocol(address)
        protocol.requestFactory = BoundedRequest
        return protocol
