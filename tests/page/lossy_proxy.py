"""A line between a browser and a server that is slow, or that breaks now and then."""

import socket
import threading
from contextlib import suppress
from typing import Self

from tests.page.loss_schedule import REQUEST, SAFE, SOCKET, LossSchedule, RequestFate

CHUNK = 1400  # about what one packet holds
LONGEST_HEAD = 65_536


class Connection:
    """A browser's end and a server's end, and what is to become of what passes next."""

    def __init__(self, browser: socket.socket, server: socket.socket) -> None:
        self.browser = browser
        self.server = server
        self.fate = SAFE
        self.is_socket = False

    def end(self) -> None:
        for end in (self.browser, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class LossyProxy:
    """Passes bytes on. From `lose` on it loses what its seed says."""

    def __init__(self, server_port: int, *, host: str = "127.0.0.1", seed: int = 0) -> None:
        self._server_port = server_port
        self._losses = LossSchedule(seed)
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._over = threading.Event()
        self._passes = threading.Event()
        self._passes.set()
        self._listener = socket.create_server((host, 0))
        self.breaks = 0
        self.base_url = f"http://{host}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._passes.set()
        self._listener.close()
        for connection in self._connections():
            connection.end()

    def hold(self) -> None:
        """Nothing passes until `let_pass`: the slowest of lines."""
        self._passes.clear()

    def let_pass(self) -> None:
        self._passes.set()

    def lose(self) -> None:
        """Sockets that are open already get a fate, too."""
        with self._lock:
            self._losses.is_on = True
            for connection in self._open:
                if connection.is_socket:
                    connection.fate = self._losses.of_socket()

    def _connections(self) -> list[Connection]:
        with self._lock:
            return list(self._open)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                browser, _ = self._listener.accept()
                connection = Connection(browser, socket.create_connection(("127.0.0.1", self._server_port)))
            except OSError:
                continue
            with self._lock:
                self._open.add(connection)
            for pass_on in (self._pass_questions, self._pass_answers):
                threading.Thread(target=pass_on, args=(connection,), daemon=True).start()

    def _pass_questions(self, connection: Connection) -> None:
        with suppress(OSError):
            while data := connection.browser.recv(LONGEST_HEAD):
                if not self._fate_of(connection, data).arrives:
                    break
                self._pass(data, connection.server)
        self._end(connection)

    def _pass_answers(self, connection: Connection) -> None:
        with suppress(OSError):
            while data := connection.server.recv(CHUNK):
                piece = self._piece_of(connection, data)
                self._pass(piece, connection.browser)
                if len(piece) < len(data):
                    break
        self._end(connection)

    def _pass(self, data: bytes, target: socket.socket) -> None:
        self._passes.wait()
        target.sendall(data)

    def _fate_of(self, connection: Connection, question: bytes) -> RequestFate:
        """Whatever isn't the beginning of a request belongs to the one before."""
        with self._lock:
            if not connection.is_socket and REQUEST.match(question):
                connection.is_socket = self._losses.name_of(question) == SOCKET
                connection.fate = self._losses.of_request(question)
                self.breaks += not connection.fate.arrives
            return connection.fate

    def _piece_of(self, connection: Connection, response: bytes) -> bytes:
        with self._lock:
            arrives, left = connection.fate
            if left is None:
                return response
            connection.fate = RequestFate(arrives, max(0, left - len(response)))
            self.breaks += left < len(response)
            return response[:left]

    def _end(self, connection: Connection) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.end()
