"""A line between a browser and a server that is slow, and that breaks now and then."""

import random
import socket
import threading
from contextlib import suppress
from typing import Self

from tests.services import free_port

CHUNK = 1400  # about what one packet holds


class BadLine:
    """Passes bytes on, each chunk `delay_seconds` late; `break_everything` cuts all connections at once.

    From `lose` to `heal` each chunk from the server has a chance to end its connection instead of arriving:
    what it carried, such as the answer to a write that was done, is lost.
    """

    def __init__(self, server_port: int, *, delay_seconds: float = 0.0, seed: int = 0) -> None:
        self._server_port = server_port
        self._delay_seconds = delay_seconds
        self._loses = 0.0
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._over = threading.Event()
        self.breaks = 0
        self.port = free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.close()
        self.break_everything()

    def lose(self, chance: float) -> None:
        self._loses = chance

    def heal(self) -> None:
        """From here on nothing is lost any more."""
        self._loses = 0.0

    def break_everything(self) -> None:
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            self._end(end)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                browser, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                continue
            with self._lock:
                self._open |= {browser, server}
            for source, target, from_server in ((browser, server, False), (server, browser, True)):
                threading.Thread(
                    target=self._pass_on, args=(source, target, from_server), daemon=True
                ).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, from_server: bool) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if from_server and self._is_lost():
                    break
                self._over.wait(self._delay_seconds)
                target.sendall(data)
        self._end(source)
        self._end(target)

    def _is_lost(self) -> bool:
        with self._lock:
            is_lost = self._random.random() < self._loses
            self.breaks += is_lost
        return is_lost

    def _end(self, end: socket.socket) -> None:
        with self._lock:
            self._open.discard(end)
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
