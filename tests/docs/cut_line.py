"""A line to a server that can be cut: a small TCP proxy."""

import contextlib
import socket
import threading
from typing import Self

DEADLINE_SECONDS = 20


class CutLine:
    """Passes bytes on to a port of this machine. `cut` ends every connection; none comes in until `mend`."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self.connections = 0
        self._has_refused = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def cut(self) -> None:
        self._is_cut = True
        for end in list(self._open):
            _shut(end)

    def wait_for_refusal(self) -> None:
        """Until somebody has come back too early."""
        assert self._has_refused.wait(DEADLINE_SECONDS), "nobody came back"

    def mend(self) -> None:
        self._is_cut = False

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._is_cut:
                    self._has_refused.set()
                    _shut(near)
                    continue
                self.connections += 1
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open |= {near, far}
                for here, there in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(here, there), daemon=True).start()

    def _pass_on(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := here.recv(65536):
                there.sendall(data)
        for end in (here, there):
            _shut(end)
            self._open.discard(end)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
