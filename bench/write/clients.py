"""HTTP clients with little overhead: prepared bytes, one thread for all, connections that stay open."""

import contextlib
import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bench.machine import processor_seconds

HOST = "127.0.0.1"
READ_BYTES = 256 * 1024
PATIENCE_SECONDS = 60
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END_OF_HEAD, END_OF_CHUNKS = b"\r\n\r\n", b"0\r\n\r\n"

Requests = Iterator[bytes]


class RejectedError(Exception):
    """A server returned an error; the message is its response."""


@dataclass
class Run:
    """The number of requests of some clients, and their cost. Response times are in milliseconds."""

    seconds: float = 0
    processor_seconds: float = 0
    responses: list[float] = field(default_factory=list)

    @property
    def processor_ms(self) -> float:
        return self.processor_seconds / len(self.responses) * 1000

    @property
    def per_second(self) -> float:
        return len(self.responses) / self.seconds

    def percentile(self, percent: float) -> float:
        """The smallest time within which this percentage of responses arrived."""
        return sorted(self.responses)[-int(-percent * len(self.responses) // 100) - 1]

    def add(self, other: "Run") -> None:
        self.seconds += other.seconds
        self.processor_seconds += other.processor_seconds
        self.responses += other.responses


def request_bytes(method: str, path: str, body: bytes = b"", headers: Sequence[str] = ()) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers]
    if method != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Client:
    """One connection with one request at a time. If the server closes it, it is opened again."""

    def __init__(self, port: int, requests: Requests) -> None:
        self._port = port
        self._requests = requests
        self._request = b""
        self._received = bytearray()
        self._sent_at = 0.0
        self.socket = self._opened()

    def ask(self, *, due: float | None = None) -> bool:
        """Sends the next request; False if none is left. Times are measured from `due`, if given."""
        request = next(self._requests, None)
        if request is None:
            return False
        self._request, self._sent_at = request, due or time.perf_counter()
        self.socket.sendall(request)
        return True

    def take(self) -> float | None:
        """Reads available bytes; returns the milliseconds of a complete response. Raises RejectedError."""
        try:
            part = self.socket.recv(READ_BYTES)
        except ConnectionResetError:
            part = b""
        if not part:
            raise EOFError
        self._received += part
        if not is_complete(self._received):
            return None
        took = (time.perf_counter() - self._sent_at) * 1000
        response, self._received = bytes(self._received), bytearray()
        found = STATUS.match(response)
        if found is None or not 200 <= int(found[1]) < 300:
            raise RejectedError(response.decode(errors="replace"))
        return took

    def reopen(self) -> None:
        """Sends the same request again on a new connection."""
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


def is_complete(response: bytes | bytearray) -> bool:
    end = response.find(END_OF_HEAD)
    if end < 0:
        return False
    if found := LENGTH.search(response, 0, end):
        return len(response) >= end + len(END_OF_HEAD) + int(found[1])
    return response.endswith(END_OF_CHUNKS)


def send_closed_loop(
    ports: Sequence[int], requests: Sequence[Requests], pids: Sequence[int], *, seconds: float, most: int
) -> Run:
    """Each client sends its next request after a response, until the time is up, or `most` are sent."""
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
                raise TimeoutError(f"No response arrived within {PATIENCE_SECONDS} seconds.")
            for key, _ in ready:
                client = key.data
                took = _taken(client, selector)
                if took is None:
                    continue
                run.responses.append(took)
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


@dataclass(frozen=True)
class Target:
    """A server, by the port and the processes of one client, and what the client requests there."""

    port: int
    requests: Requests
    pids: Sequence[int]


def send_at_rate(targets: Sequence[Target], *, per_second: float, count: int) -> list[Run]:
    """One client for each target sends `count` requests at their due times, and measures from these.

    The due times alternate between the targets, so that all of them see the same machine. A late target
    delays no other.
    """
    began = time.perf_counter()
    step = 1 / per_second / len(targets)
    with ThreadPoolExecutor(len(targets)) as threads:
        runs = [
            threads.submit(_send_from, began + number * step, target, per_second, count)
            for number, target in enumerate(targets)
        ]
        return [run.result() for run in runs]


def _send_from(began: float, target: Target, per_second: float, count: int) -> Run:
    run = Run()
    with contextlib.closing(Client(target.port, target.requests)) as client:
        before = processor_seconds(target.pids)
        for number in range(count):
            due = began + number / per_second
            time.sleep(max(0.0, due - time.perf_counter()))  # the rate itself
            client.ask(due=due)
            while (took := _waited(client)) is None:
                pass
            run.responses.append(took)
        run.seconds = time.perf_counter() - began
        run.processor_seconds = processor_seconds(target.pids) - before
    return run


def _waited(client: Client) -> float | None:
    try:
        return client.take()
    except EOFError:
        client.reopen()
        return None
