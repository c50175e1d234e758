"""Documents of mongoexport (JSON lines) and mongodump (BSON), read in parts between two of them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import bson
from bson.errors import BSONError

# MongoDB's own limit is 16 MiB; a length beyond it is no length.
LARGEST_DOCUMENT = 16 * 1024 * 1024 + 16 * 1024
SMALLEST_DOCUMENT = 5
PART_BYTES = 8 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"


class UnreadableFile(ValueError):
    """From here on nothing in the file can be made out."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file; `end` is None where only reading tells (a compressed file is one part)."""

    path: str
    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """Where it begins in the (unpacked) file, and what it holds; or what is wrong with it."""

    at: int
    content: dict[str, Any] | None
    trouble: str = ""


def is_bson(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".bson")


def parts_of(path: Path) -> list[Part]:
    """Raises UnreadableFile for what is neither."""
    with path.open("rb") as file:
        if file.read(2) == GZIP_MAGIC:
            return [Part(str(path), 0, None)]
    return _bson_parts(path) if is_bson(path) else _line_parts(path)


def _line_parts(path: Path) -> list[Part]:
    size = path.stat().st_size
    parts, begin = [], 0
    with path.open("rb") as file:
        while begin < size:
            file.seek(min(begin + PART_BYTES, size))
            file.readline()
            end = min(file.tell(), size)
            parts.append(Part(str(path), begin, end))
            begin = end
    return parts


def _bson_parts(path: Path) -> list[Part]:
    """By the length that each document begins with; the documents themselves aren't read."""
    parts, begin = [], 0
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at < size:
            file.seek(at)
            length = int.from_bytes(file.read(4), "little")
            if not SMALLEST_DOCUMENT <= length <= LARGEST_DOCUMENT:
                break  # whoever reads this part says so
            at += length
            if at - begin >= PART_BYTES:
                parts.append(Part(str(path), begin, at))
                begin = at
    if begin < size:
        parts.append(Part(str(path), begin, size))
    return parts


def documents_in(part: Part) -> Iterator[Document]:
    """What is no document says so. Raises UnreadableFile where nothing can be read from there on."""
    path = Path(part.path)
    with _opened(path, is_packed=part.end is None) as file:
        file.seek(part.begin)
        try:
            yield from (_bson_documents if is_bson(path) else _line_documents)(file, part)
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise UnreadableFile(f"{path} ends in the middle or is damaged: {error}") from None


def _opened(path: Path, *, is_packed: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.GzipFile(path, "rb")) if is_packed else path.open("rb")


def _line_documents(file: IO[bytes], part: Part) -> Iterator[Document]:
    at = part.begin
    while (part.end is None or at < part.end) and (line := file.readline(LARGEST_DOCUMENT)):
        if len(line) == LARGEST_DOCUMENT:
            raise UnreadableFile(f"{part.path} has a line longer than a document of MongoDB may be.")
        if line.strip():
            yield _document_of(at, line)
        at += len(line)


def _document_of(at: int, line: bytes) -> Document:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        hint = "; export without --jsonArray" if line.lstrip()[:1] == b"[" else ""
        return Document(at, None, f"is no JSON ({error}){hint}")
    return Document(at, content) if isinstance(content, dict) else Document(at, None, "is no document")


def _bson_documents(file: IO[bytes], part: Part) -> Iterator[Document]:
    at = part.begin
    while part.end is None or at < part.end:
        head = file.read(4)
        if not head:
            return
        length = int.from_bytes(head, "little")
        if len(head) < 4 or not SMALLEST_DOCUMENT <= length <= LARGEST_DOCUMENT:
            raise UnreadableFile(f"{part.path} is no BSON from byte {at} on.")
        body = file.read(length - 4)
        if len(body) < length - 4:
            raise UnreadableFile(f"{part.path} ends in the middle of the document at byte {at}.")
        try:
            yield Document(at, bson.decode(head + body))
        except (BSONError, ValueError, OverflowError) as error:
            yield Document(at, None, f"is no BSON ({error})")
        at += length
