"""A music service on this machine, with real sockets; what it does wrong is on purpose."""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from core.tests.clocks import FakeClock

ENDLESS_PART = b" " * 64 * 1024


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes
    # One number for each connection.
    connection: int


class Handler(BaseHTTPRequestHandler):
    server: "FakeService"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(
            method=self.command,
            path=address.path,
            params=dict(parse_qsl(address.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            form=dict(parse_qsl(body.decode(errors="replace"))),
            body=body,
            connection=self.client_address[1],
        )
        self.asked = asked
        self.server.act_for(asked)(self)

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *_: Any) -> None:
        """Quietly."""

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def write(self, part: bytes) -> bool:
        """Whether the client still takes it."""
        try:
            self.wfile.write(part)
        except OSError:
            self.close_connection = True
            return False
        return True


Act = Callable[[Handler], None]


class FakeService(ThreadingHTTPServer):
    """Does for each path the next thing that a test has set, and the usual when none is left."""

    daemon_threads = True

    def __init__(self, usual: Mapping[str, Act]) -> None:
        self.is_over = threading.Event()
        self.asked: list[Asked] = []
        self.usual = dict(usual)
        self._next: dict[str, deque[Act]] = defaultdict(deque)
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def then(self, path: str, *acts: Act) -> None:
        self._next[path].extend(acts)

    def asked_for(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def act_for(self, asked: Asked) -> Act:
        with self._lock:
            self.asked.append(asked)
            waiting = self._next[asked.path]
            return waiting.popleft() if waiting else self.usual.get(asked.path, answers({}, status=404))

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what is tried here."""


# --- What it may do ----------------------------------------------------------------------------------


def answers(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Act:
    return says(json.dumps(value).encode(), status=status, headers=headers)


def says(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Act:
    """Whatever the body is, whole."""

    def act(handler: Handler) -> None:
        handler.head(status, {"Content-Length": str(len(body)), **(headers or {})})
        handler.write(body)

    return act


def breaks_off(handler: Handler) -> None:
    """In the middle of its answer."""
    handler.head(200, {"Content-Length": "1000"})
    handler.write(b'{"value": ')
    handler.close_connection = True


def hangs_up(handler: Handler) -> None:
    """Without a word."""
    handler.close_connection = True


def speaks_something_else(handler: Handler) -> None:
    handler.write(b"220 mail.example ESMTP\r\n")
    handler.close_connection = True


def keeps_silent(handler: Handler) -> None:
    handler.server.is_over.wait()
    handler.close_connection = True


def never_ends(handler: Handler) -> None:
    """As fast as it is taken."""
    handler.head(200, {"Connection": "close"})
    while handler.write(ENDLESS_PART) and not handler.server.is_over.is_set():
        pass


def drips(clock: FakeClock) -> Act:
    """A byte each second, by that clock."""

    def act(handler: Handler) -> None:
        handler.head(200, {"Connection": "close"})
        while handler.write(b" ") and not handler.server.is_over.is_set():
            clock.advance(1.0)

    return act
