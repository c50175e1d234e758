"""A line to a server on which requests get through and answers do not: they are kept here."""

import re
import select
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

import httpx

READ_BYTES = 64 * 1024
HOST = "127.0.0.1"
KEY = re.compile(rb"^Idempotency-Key: *([^\r]+)", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(rb"^Content-Length: *(\d+)", re.IGNORECASE | re.MULTILINE)


class AnswerThief:
    """Listens on a port of its own, and tells `on_bytes` each time that more of an answer has come."""

    def __init__(self, server_port: int, on_bytes: Callable[["AnswerThief"], None]) -> None:
        self._server_port = server_port
        self._on_bytes = on_bytes
        self._exchanges: list[tuple[bytearray, bytearray]] = []
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        self._listening = self._opened.enter_context(socket.create_server((HOST, 0)))
        self._taking = threading.Thread(target=self._take_lines)
        self._taking.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._taking.join()
        self._opened.close()

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self._listening.getsockname()[1]}"

    @property
    def answers(self) -> dict[str, httpx.Response]:
        """Those that came whole, by the key of the write."""
        found = {}
        for asked, told in list(self._exchanges):
            key, answer = KEY.search(asked), whole_answer(bytes(told))
            if key and answer:
                found[key[1].decode()] = answer
        return found

    def _take_lines(self) -> None:
        lines = []
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # nobody is to come any more
                break
            lines.append(threading.Thread(target=self._steal, args=(client,)))
            lines[-1].start()
        for line in lines:
            line.join()

    def _to_server(self) -> socket.socket:
        """Fails once the server has been killed."""
        return socket.create_connection((HOST, self._server_port))

    def _steal(self, client: socket.socket) -> None:
        """Until either side has gone."""
        asked, told = bytearray(), bytearray()
        self._exchanges.append((asked, told))
        with client, suppress(ConnectionError), self._to_server() as server:
            while True:
                readable, _, _ = select.select([client, server], [], [])
                for line, kept in ((client, asked), (server, told)):
                    if line in readable:
                        part = _read(line)
                        if not part:
                            return
                        kept += part
                        if line is client:
                            server.sendall(part)
                        else:
                            self._on_bytes(self)


def _read(line: socket.socket) -> bytes:
    try:
        return line.recv(READ_BYTES)
    except ConnectionError:
        return b""


def whole_answer(raw: bytes) -> httpx.Response | None:
    """None while something is missing. The server names the length of every answer to a write."""
    head, is_whole, body = raw.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if not is_whole or len(body) < (int(length[1]) if length else 0):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [line.partition(":")[::2] for line in lines]
    told = [(name, value.strip()) for name, value in headers]
    return httpx.Response(int(first.split(" ", 2)[1]), headers=told, content=body)
