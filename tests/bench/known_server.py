"""A small WebSocket server that sends exactly what a test specifies."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self

# The arguments of `deliver`: the clients, the event's index from 0, its frame.
Deliver = Callable[[list[socket.socket], int, bytes], None]
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
PATIENCE_SECONDS = 30
PING = b"\x89\x04ruly"


def to_each(clients: list[socket.socket], _: int, frame: bytes) -> None:
    """Sends each event once to each client."""
    for client in clients:
        client.sendall(frame)


def text_frame(text: bytes) -> bytes:
    head = bytes([0x81, len(text)]) if len(text) < 126 else bytes([0x81, 126]) + len(text).to_bytes(2, "big")
    return head + text


class KnownServer:
    """Accepts `clients` clients, then a feed of lines, and calls `deliver` with each line as a frame."""

    def __init__(self, *, clients: int, deliver: Deliver = to_each) -> None:
        self._count = clients
        self._tell = deliver
        self._listener, self._feed_listener = _listening(), _listening()
        self.port, self.feed_port = self._listener.getsockname()[1], self._feed_listener.getsockname()[1]
        self.clients: list[socket.socket] = []
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for listener in (self._listener, self._feed_listener):
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # ends a waiting accept()
        self._thread.join()
        for open_socket in [*self.clients, self._listener, self._feed_listener]:
            open_socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the load generator's end is the test's end
            for _ in range(self._count):
                self.clients.append(self._let_in())
            feed, _ = self._feed_listener.accept()
            feed.settimeout(PATIENCE_SECONDS)
            with feed, feed.makefile("rb") as lines:
                for index, line in enumerate(lines):
                    self._tell(self.clients, index, text_frame(line[:-1]))

    def _let_in(self) -> socket.socket:
        client, _ = self._listener.accept()
        client.settimeout(PATIENCE_SECONDS)
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(65536)
        self.requests.append(request)
        client.sendall(SWITCHING)
        return client


def _listening() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE_SECONDS)
    return listener
