"""Lines to a server on which something goes wrong: they are cut, go silent, or lose what is answered."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import httpx

READ_BYTES = 64 * 1024
HOST = "127.0.0.1"
DEADLINE_SECONDS = 20
KEY = re.compile(rb"^Idempotency-Key: *([^\r]+)", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(rb"^Content-Length: *(\d+)", re.IGNORECASE | re.MULTILINE)


class Line:
    """One connection of a client, and the one to the server that belongs to it; with all that was said."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.asked, self.answered = bytearray(), bytearray()

    def end(self) -> None:
        for one in (self.client, self.server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class TcpProxy:
    """Listens on a port of its own, and passes on what comes, both ways."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.lines: list[Line] = []
        self._taking = threading.Thread(target=self._take_lines)
        self._passing: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._taking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._taking.join()
        for line in self.lines:
            line.end()
        for thread in self._passing:
            thread.join()
        for one in [self._listener, *(end for line in self.lines for end in (line.client, line.server))]:
            one.close()

    def _take_lines(self) -> None:
        with suppress(OSError):  # no more connections
            while True:
                client, _ = self._listener.accept()
                try:
                    line = Line(client, self._to_server())
                except ConnectionError:
                    client.close()
                    continue
                self.lines.append(line)
                for source, take in ((line.client, self._take_asked), (line.server, self._take_answered)):
                    self._passing.append(threading.Thread(target=self._pass_on, args=(line, source, take)))
                    self._passing[-1].start()

    def _pass_on(self, line: Line, source: socket.socket, take: Callable[[Line, bytes], None]) -> None:
        with suppress(OSError):
            while data := source.recv(READ_BYTES):
                take(line, data)
        self._end(line)

    # --- What can go wrong ---------------------------------------------------------------------------

    def _to_server(self) -> socket.socket:
        """Raises ConnectionError where the client is to be sent away."""
        return socket.create_connection((HOST, self._server_port))

    def _take_asked(self, line: Line, data: bytes) -> None:
        line.server.sendall(data)

    def _take_answered(self, line: Line, data: bytes) -> None:
        line.client.sendall(data)

    def _end(self, line: Line) -> None:
        """Either side has gone."""
        line.end()


class DisconnectingProxy(TcpProxy):
    """`cut` ends every connection; none comes in until `mend`."""

    _is_cut = False

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self._has_rejected = threading.Event()

    def cut(self) -> None:
        self._is_cut = True
        for line in self.lines:
            line.end()

    def mend(self) -> None:
        self._is_cut = False

    def wait_for_rejection(self) -> None:
        """Until a client has come back too early."""
        assert self._has_rejected.wait(DEADLINE_SECONDS), "no client came back"

    def _to_server(self) -> socket.socket:
        if self._is_cut:
            self._has_rejected.set()
            raise ConnectionRefusedError
        return super()._to_server()


class StallingProxy(TcpProxy):
    """Can go silent: connections stay open, and nothing comes through them any more."""

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self._is_open = threading.Event()
        self._is_open.set()
        self._freezes_after: Callable[[bytes], bool] = lambda _: False
        # Those whose bytes are read and thrown away, for ever.
        self._dead: list[Line] = []
        self.has_frozen = threading.Event()

    def __exit__(self, *error: Any) -> None:
        self.thaw()
        super().__exit__(*error)

    def freeze(self) -> None:
        """Nothing is forwarded, in neither direction; new connections are accepted all the same."""
        self._is_open.clear()
        self.has_frozen.set()

    def freeze_after(self, is_last: Callable[[bytes], bool]) -> None:
        """Freezes behind the first bytes of a client that are so, which still get through."""
        self.has_frozen.clear()
        self._freezes_after = is_last

    def thaw(self) -> None:
        """Goes on with all that was held."""
        self._freezes_after = lambda _: False
        self._is_open.set()

    def drop_open_connections(self) -> None:
        """What comes over those that exist is thrown away; new ones are forwarded."""
        self._dead = list(self.lines)

    def _to_server(self) -> socket.socket:
        self._is_open.wait()
        return super()._to_server()

    def _take_asked(self, line: Line, data: bytes) -> None:
        self._is_open.wait()
        if line not in self._dead:
            super()._take_asked(line, data)
            if self._freezes_after(data):
                self.freeze()

    def _take_answered(self, line: Line, data: bytes) -> None:
        self._is_open.wait()
        if line not in self._dead:
            super()._take_answered(line, data)

    def _end(self, line: Line) -> None:
        self._is_open.wait()
        if line not in self._dead:
            super()._end(line)


class ResponseDroppingProxy(TcpProxy):
    """Requests get through and responses do not: they are held back; `on_bytes` is called with each part."""

    def __init__(self, server_port: int, on_bytes: Callable[["ResponseDroppingProxy"], None]) -> None:
        super().__init__(server_port)
        self._on_bytes = on_bytes
        self.base_url = f"http://{HOST}:{self.port}"

    @property
    def answers(self) -> dict[str, httpx.Response]:
        """Those that came whole, by the key of the write."""
        found = {}
        for line in list(self.lines):
            key, response = KEY.search(line.asked), whole_answer(bytes(line.answered))
            if key and response:
                found[key[1].decode()] = response
        return found

    def _take_asked(self, line: Line, data: bytes) -> None:
        line.asked += data
        super()._take_asked(line, data)

    def _take_answered(self, line: Line, data: bytes) -> None:
        line.answered += data
        self._on_bytes(self)


def whole_answer(raw: bytes) -> httpx.Response | None:
    """None while something is missing. The server names the length of every answer to a write."""
    head, is_whole, body = raw.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if not is_whole or len(body) < (int(length[1]) if length else 0):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    reported = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return httpx.Response(int(first.split(" ", 2)[1]), headers=reported, content=body)
