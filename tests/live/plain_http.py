"""A GET over a bare asyncio connection, read piece by piece: light enough to hold a thousand of them open."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Self
from urllib.parse import urlsplit


class Answer:
    """One response on a connection of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.status = 0
        self.headers: dict[str, str] = {}

    @classmethod
    async def to_get(cls, base_url: str, path: str, headers: Mapping[str, str] | None = None) -> Self:
        """Sends the request; the response's head is read by `head`."""
        host = urlsplit(base_url).netloc
        name, _, port = host.rpartition(":")
        response = cls(*await asyncio.open_connection(name, int(port)))
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
        response._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return response

    async def head(self) -> None:
        raw = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        self.status = int(raw[0].split(" ", 2)[1])
        pairs = (line.partition(":") for line in raw[1:] if line)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises IncompleteReadError when the line is cut."""
        if "content-length" in self.headers:
            yield await self._reader.readexactly(int(self.headers["content-length"]))
            return
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            yield (await self._reader.readexactly(size + 2))[:-2]

    async def body(self) -> bytes:
        return b"".join([piece async for piece in self.pieces()])

    def close(self) -> None:
        self._writer.close()
