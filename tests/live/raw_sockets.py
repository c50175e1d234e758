"""Sockets as bytes: cheap enough for thousands, and as slow as a test wants them to be."""

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import AsyncIterator
from hashlib import sha1
from typing import Self
from urllib.parse import urlsplit

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x0, 0x8, 0x9, 0xA
EVENT_SEQ = re.compile(rb'"epoch":"[^"]+","seq":(\d+),"ts"')
# Behind the end of a message.
PING_FRAME = re.compile(rb"(?:\A|(?<=\}))\x89([\x00-\x7d])")
# The least that Linux gives.
SMALL_BUFFER = 2304


class RawSocket:
    """A socket of a room, which gives messages as bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        # All that came behind the handshake and has been asked for.
        self.read_bytes = b""
        self.close_code: int | None = None

    @classmethod
    async def of_room(
        cls, base_url: str, room: str, *, position: tuple[str, int] | None = None, receive_buffer: int = 0
    ) -> Self:
        server = urlsplit(base_url)
        path = f"/ws/playlist/{room}/" + (f"?epoch={position[0]}&since={position[1]}" if position else "")
        line = socket.socket()
        line.setblocking(False)
        if receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await asyncio.get_running_loop().sock_connect(line, (server.hostname, server.port))
        # What is not asked for stays with the system, and so with the server.
        reader, writer = await asyncio.open_connection(sock=line, limit=1024 if receive_buffer else 2**16)
        writer.write(HANDSHAKE.format(path=path, host=server.netloc).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        return cls(reader, writer)

    def close(self) -> None:
        self._writer.close()

    async def read(self, count: int) -> bytes:
        """So many bytes, whatever they are."""
        data = await self._reader.readexactly(count)
        self.read_bytes += data
        return data

    async def read_some(self) -> bytes:
        """What is there, or comes next; nothing when the line has ended. It is not kept."""
        return await self._reader.read(65536)

    async def message(self) -> bytes | None:
        """The next message; None when the socket is closed. Pings before it are answered."""
        message = b""
        while True:
            code, length = await self._head()
            payload = await self.read(length)
            if code & 0xF == CLOSE:
                self.close_code = struct.unpack("!H", payload[:2])[0]
                return None
            if code & 0xF == PING:
                self.pong(payload)
            if code & 0xF in {TEXT, CONTINUATION}:
                message += payload
                if code & 0x80:
                    return message

    async def ping(self) -> bytes:
        """The content of the next ping. Raises where the line ends before it."""
        while True:
            code, length = await self._head()
            payload = await self.read(length)
            if code & 0xF == PING:
                return payload

    def pong(self, payload: bytes) -> None:
        no_mask = bytes(4)
        self._writer.write(bytes((0x80 | PONG, 0x80 | len(payload))) + no_mask + payload)

    async def messages_until(self, part: bytes) -> list[bytes]:
        """The messages up to the first that has this in it."""
        found: list[bytes] = []
        while not found or part not in found[-1]:
            message = await self.message()
            assert message is not None, f"closed with {self.close_code} after {found[-3:]}"
            found.append(message)
        return found

    async def _head(self) -> tuple[int, int]:
        code, length = await self.read(2)
        if length == 126:
            length = int.from_bytes(await self.read(2), "big")
        elif length == 127:
            length = int.from_bytes(await self.read(8), "big")
        return code, length


class ChecksumReader:
    """Reads everything immediately, and stores only its end and a checksum."""

    def __init__(self, socket: RawSocket) -> None:
        self._socket = socket
        self._end = b""
        self.sum = sha1(usedforsecurity=False)

    def close(self) -> None:
        self._socket.close()

    def _without_pings(self, data: bytes) -> bytes | None:
        """They are each one's own, and are answered. None when the line has ended."""
        if not data:
            return None
        while found := PING_FRAME.search(data):
            end = found.end() + found[1][0]
            self._socket.pong(data[found.end() : end])
            data = data[: found.start()] + data[end:]
        return data

    async def until(self, seq: int) -> None:
        wanted = b'"seq":%d,"ts"' % seq
        while wanted not in self._end:
            data = self._without_pings(await self._socket.read_some())
            assert data is not None, "closed"
            self.sum.update(data)
            self._end = (self._end + data)[-10_000:]


@contextlib.asynccontextmanager
async def raw_socket(
    base_url: str, room: str, *, position: tuple[str, int] | None = None, receive_buffer: int = 0
) -> AsyncIterator[RawSocket]:
    opened = await RawSocket.of_room(base_url, room, position=position, receive_buffer=receive_buffer)
    try:
        yield opened
    finally:
        opened.close()


def event_seq(message: bytes) -> int | None:
    """The number of an event; None for anything else."""
    found = EVENT_SEQ.search(message)
    return int(found[1]) if found else None
