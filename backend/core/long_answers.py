"""Answers that may be long: written to a file first, so that memory holds no more than a piece of them."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from core.rendering import json_bytes

# A longer one goes to a file, which has no name and so is gone with its answer, also when the process dies.
MAX_BYTES_IN_MEMORY = 256 * 1024
PIECE_BYTES = 64 * 1024


def json_answer(request: HttpRequest, value: Mapping[str, Any]) -> HttpResponseBase:
    """A JSON object. Iterators in it become lists, of which one element is in memory at a time.

    All of it is read before this returns, so one moment of the database can serve for it.
    """
    # DATA_DIR: where a container may write nowhere else, what is in its /tmp is in memory.
    file = SpooledTemporaryFile(max_size=MAX_BYTES_IN_MEMORY, dir=str(settings.DATA_DIR))  # noqa: SIM115
    try:
        for piece in json_pieces(value):
            file.write(piece)
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    if length <= MAX_BYTES_IN_MEMORY:
        with file:
            return HttpResponse(file.read(), content_type="application/json")
    # Django would read all of an iterator that can't wait before it sends the first piece over ASGI.
    pieces = _LaterPieces(file) if isinstance(request, ASGIRequest) else _pieces(file)
    return StreamingHttpResponse(
        pieces, content_type="application/json", headers={"Content-Length": str(length)}
    )


def json_pieces(value: Mapping[str, Any]) -> Iterator[bytes]:
    """As `json_bytes` of it, bit by bit."""
    for number, (name, part) in enumerate(value.items()):
        yield b"%s%s:" % (b"," if number else b"{", json_bytes(name))
        if isinstance(part, Iterator):
            yield from _list_pieces(part)
        else:
            yield json_bytes(part)
    yield b"}" if value else b"{}"


def _list_pieces(elements: Iterable[Any]) -> Iterator[bytes]:
    yield b"["
    for number, element in enumerate(elements):
        yield (b"," if number else b"") + json_bytes(element)
    yield b"]"


def _pieces(file: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


class _LaterPieces:
    """The same for ASGI. Closed with the response: once its client has left, a generator would linger."""

    def __init__(self, file: "SpooledTemporaryFile[bytes]") -> None:
        self._file = file
        self.close = file.close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in _pieces(self._file):
            yield piece
