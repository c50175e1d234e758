"""How much of a body is held: Daphne would take all of it into memory before anybody can refuse it."""

from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """Holds one byte more than a body may have, which is enough to answer that it is too large."""

    _content_type: list[bytes] | None = None

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
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
        super().process()


class BoundedHTTPFactory(HTTPFactory):  # type: ignore[misc]
    """Makes connections whose requests are bounded."""

    def buildProtocol(self, address: Any) -> Any:  # noqa: N802 - Twisted's name
        protocol = super().buildProtocol(address)
        protocol.requestFactory = BoundedRequest
        return protocol
