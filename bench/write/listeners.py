"""Sockets that receive and discard all events, in separate processes."""

import base64
import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.machine import allow_many_files
from tests.processes import PROJECT
from tests.services import parent_death_options

HOST = "127.0.0.1"
READ_BYTES = 256 * 1024
TEXT, PING, PONG, FINAL, MASKED = 0x1, 0x9, 0xA, 0x80, 0x80
SHORT, OF_TWO_BYTES = 126, 127


@contextmanager
def listening(ports: Sequence[int], paths: Sequence[str], count: int) -> Iterator[None]:
    """Opens `count` sockets in separate processes: one for each port."""
    processes = []
    try:
        for port in ports:
            words = [str(port), str(count // len(ports)), *paths]
            command = [sys.executable, "-c", f"from {__name__} import main; main()", *words]
            processes.append(
                subprocess.Popen(
                    command,
                    cwd=PROJECT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    **parent_death_options(),
                )
            )
        for process in processes:
            assert process.stdout
            if process.stdout.readline() != b"ready\n":
                raise ConnectionError("The listeners could not join.")
        yield
        if any(process.poll() is not None for process in processes):
            raise ConnectionError("A listener was rejected.")
    finally:
        for process in processes:
            process.kill()
            process.communicate()


class Listener:
    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=60)
        try:
            self._join(port, path)
        except BaseException:
            self.socket.close()
            raise

    def _join(self, port: int, path: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._read()
        head, _, rest = received.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(head.decode())
        self._waiting, self._message = rest, b""
        while not self._waiting:  # the greeting confirms the join
            self._waiting += self._read()

    def send(self, text: bytes) -> None:
        self._send(TEXT, text)

    def take(self) -> list[bytes]:
        """The complete messages received. Responds to pings."""
        if _frame_at(self._waiting, 0) is None:
            self._waiting += self._read()
        waiting, messages, at = self._waiting, [], 0
        while (frame := _frame_at(waiting, at)) is not None:
            kind, is_last, begin, at = frame
            if kind == PING:
                self._send(PONG, waiting[begin:at])
                continue
            self._message += waiting[begin:at]
            if is_last:
                messages.append(self._message)
                self._message = b""
        self._waiting = waiting[at:]
        return messages

    def _send(self, kind: int, payload: bytes) -> None:
        self.socket.sendall(bytes([FINAL | kind, MASKED | len(payload), 0, 0, 0, 0]) + payload)

    def _read(self) -> bytes:
        part = self.socket.recv(READ_BYTES)
        if not part:
            raise ConnectionError("The server has closed a socket.")
        return part


def _frame_at(waiting: bytes, at: int) -> tuple[int, bool, int, int] | None:
    """Opcode, whether it is the last frame of its message, start and end of its payload.

    None if it is incomplete.
    """
    if len(waiting) < at + 2:
        return None
    length, begin = waiting[at + 1], at + 2
    if length >= SHORT:
        more = 2 if length < OF_TWO_BYTES else 8
        length, begin = int.from_bytes(waiting[begin : begin + more], "big"), begin + more
    end = begin + length
    if len(waiting) < end or len(waiting) < begin:
        return None
    return waiting[at] & 0xF, bool(waiting[at] & FINAL), begin, end


def main() -> None:
    """Arguments: a port, the number of sockets, their paths. Prints `ready` after all have joined."""
    (port, count), paths = map(int, sys.argv[1:3]), sys.argv[3:]
    allow_many_files()
    with selectors.DefaultSelector() as selector:
        for number in range(count):
            listener = Listener(port, paths[number % len(paths)])
            selector.register(listener.socket, selectors.EVENT_READ, listener)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            for key, _ in selector.select():
                key.data.take()
