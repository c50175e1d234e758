"""A line on which anything can be sent, byte by byte."""

import http.client
import io
import json
import socket
from dataclasses import dataclass
from typing import Any, Self

from tests.processes import TuttiServer

DEADLINE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class _Stream(io.BufferedReader):
    """What comes in, which outlives each response that is read of it."""

    def makefile(self, _mode: str) -> Self:
        return self

    def close(self) -> None:
        pass


class RawConnection:
    """One connection to the server."""

    def __init__(self, server: TuttiServer, *, receive_buffer: int = 0) -> None:
        """`receive_buffer`: as many bytes as the system lets it be, of what was sent and not yet read."""
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE_SECONDS)
        self.socket.connect(("127.0.0.1", server.port))
        self._stream = _Stream(socket.SocketIO(self.socket, "r"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> Reply:
        """The next whole answer."""
        response = http.client.HTTPResponse(self._stream)  # type: ignore[arg-type]
        response.begin()
        return Reply(response.status, response.headers, response.read())

    def is_closed(self) -> bool:
        """Waits until the server closes; fails when something else comes."""
        try:
            rest = self._stream.read(1)
        except ConnectionResetError:
            return True
        assert rest == b"", f"more came: {rest!r}"
        return True


def asked(server: TuttiServer, data: bytes) -> Reply:
    """The answer to these bytes."""
    with RawConnection(server) as line:
        line.send(data)
        return line.reply()


def head(
    first: bytes = b"GET /api/health/live HTTP/1.1", *headers: bytes, host: bytes = b"localhost"
) -> bytes:
    """The bytes of a request without a body."""
    return b"\r\n".join([first, b"Host: " + host, *headers, b"", b""])
