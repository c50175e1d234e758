"""HTTP clients that cost next to nothing: finished bytes, one thread for all, connections that stay open."""

import contextlib
import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.machine import processor_seconds

HOST = "127.0.0.1"
READ_BYTES = 256 * 1024
PATIENCE_SECONDS = 60
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END_OF_HEAD, END_OF_CHUNKS = b"\r\n\r\n", b"0\r\n\r\n"

Requests = Iterator[bytes]


class RefusedError(Exception):
    """A server did not answer with success; the message is what it said."""


@dataclass
class Run:
    """What some clients have asked, and what that took. Times of answers are in milliseconds."""

    seconds: float = 0
    processor_seconds: float = 0
    answers: list[float] = field(default_factory=list)

    @property
    def processor_ms(self) -> float:
        return self.processor_seconds / len(self.answers) * 1000

    @property
    def per_second(self) -> float:
        return len(self.answers) / self.seconds

    def percentile(self, percent: float) -> float:
        """The smallest time that so many of a hundred answers took at most."""
        return sorted(self.answers)[-int(-percent * len(self.answers) // 100) - 1]

    def add(self, other: "Run") -> None:
        self.seconds += other.seconds
        self.processor_seconds += other.processor_seconds
        self.answers += other.answers


def request_bytes(method: str, path: str, body: bytes = b"", headers: Sequence[str] = ()) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers]
    if method != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Client:
    """One connection, with one request under way at a time. One that the server has closed is opened anew."""

    def __init__(self, port: int, requests: Requests) -> None:
        self._port = port
        self._requests = requests
        self._request = b""
        self._received = bytearray()
        self._sent_at = 0.0
        self.socket = self._opened()

    def ask(self, *, due: float | None = None) -> bool:
        """Sends the next request; False when there is none left. Times count from `due`, where given."""
        request = next(self._requests, None)
        if request is None:
            return False
        self._request, self._sent_at = request, due or time.perf_counter()
        self.socket.sendall(request)
        return True

    def take(self) -> float | None:
        """Reads what there is; the milliseconds of the answer when that is whole. Raises RefusedError."""
        try:
            part = self.socket.recv(READ_BYTES)
        except ConnectionResetError:
            part = b""
        if not part:
            raise EOFError
        self._received += part
        if not is_whole(self._received):
            return None
        took = (time.perf_counter() - self._sent_at) * 1000
        answer, self._received = bytes(self._received), bytearray()
        found = STATUS.match(answer)
        if found is None or not 200 <= int(found[1]) < 300:
            raise RefusedError(answer.decode(errors="replace"))
        return took

    def reopen(self) -> None:
        """Asks the same again on a new connection."""
        self.socket.close()
        self._received.clear()
        self.socket = self._opened()
        self.socket.sendall(self._request)

    def close(self) -> None:
        self.socket.close()

    def _opened(self) -> socket.socket:
        opened = socket.create_connection((HOST, self._port), timeout=PATIENCE_SECONDS)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened


def is_whole(answer: bytes | bytearray) -> bool:
    end = answer.find(END_OF_HEAD)
    if end < 0:
        return False
    if found := LENGTH.search(answer, 0, end):
        return len(answer) >= end + len(END_OF_HEAD) + int(found[1])
    return answer.endswith(END_OF_CHUNKS)


def ask_as_fast_as_answered(
    ports: Sequence[int], requests: Sequence[Requests], pids: Sequence[int], *, seconds: float, most: int
) -> Run:
    """Each client sends its next request when it has its answer, until the time is up, or `most` are sent."""
    run, left = Run(), most
    with contextlib.ExitStack() as opened, selectors.DefaultSelector() as selector:
        clients = [
            opened.enter_context(contextlib.closing(Client(ports[i % len(ports)], one)))
            for i, one in enumerate(requests)
        ]
        before, began = processor_seconds(pids), time.perf_counter()
        waiting = 0
        for client in clients[:left]:
            if client.ask():
                left, waiting = left - 1, waiting + 1
                selector.register(client.socket, selectors.EVENT_READ, client)
        while waiting:
            ready = selector.select(PATIENCE_SECONDS)
            if not ready:
                raise TimeoutError(f"No answer came within {PATIENCE_SECONDS} seconds.")
            for key, _ in ready:
                client = key.data
                took = _taken(client, selector)
                if took is None:
                    continue
                run.answers.append(took)
                if left > 0 and time.perf_counter() - began < seconds and client.ask():
                    left -= 1
                else:
                    waiting -= 1
                    selector.unregister(client.socket)
        run.seconds = time.perf_counter() - began
        run.processor_seconds = processor_seconds(pids) - before
    return run


def _taken(client: Client, selector: selectors.BaseSelector) -> float | None:
    try:
        return client.take()
    except EOFError:
        selector.unregister(client.socket)
        client.reopen()
        selector.register(client.socket, selectors.EVENT_READ, client)
        return None


def ask_at_a_pace(
    port: int, requests: Requests, pids: Sequence[int], *, per_second: float, count: int
) -> Run:
    """One client sends `count` requests when they are due. A late answer counts from when it was due."""
    run = Run()
    with contextlib.closing(Client(port, requests)) as client:
        before, began = processor_seconds(pids), time.perf_counter()
        for number in range(count):
            due = began + number / per_second
            time.sleep(max(0.0, due - time.perf_counter()))  # the pace itself
            client.ask(due=max(due, began))
            while (took := _waited(client)) is None:
                pass
            run.answers.append(took)
        run.seconds = time.perf_counter() - began
        run.processor_seconds = processor_seconds(pids) - before
    return run


def _waited(client: Client) -> float | None:
    try:
        return client.take()
    except EOFError:
        client.reopen()
        return None
