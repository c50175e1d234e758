"""Imported files as records: CSV, JSON and JSON lines, also gzipped, read as streams."""

import codecs
import csv
import gzip
import json
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

from apps.tracks.import_rows import (
    REQUIRED,
    BadRow,
    GoodRow,
    Record,
    UnreadableFileError,
    columns_meant,
    plain,
    read_row,
)

DELIMITERS = ",;\t"


def csv_records(lines: Iterator[str], chosen: Mapping[str, str]) -> Iterator[Record | BadRow]:
    """The rows below the header, each with the number of the line that it begins on.

    Raises UnreadableFileError when there is no header, or one that names neither title nor artist.
    """
    source = NumberedLines(lines)
    header_line = source.first_with_text()
    reader = csv.reader(source, delimiter=max(DELIMITERS, key=header_line.count))
    header = next(reader)
    columns = _columns(header, chosen)
    while True:
        source.begin_row()
        line = source.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            source.give_back_all_but_first()
            yield BadRow(line, f"is not CSV: {error}")
            continue
        if not any(cells):
            continue
        meant = {meaning: cells[place] for meaning, place in columns.items() if place < len(cells)}
        if source.has_row_swallowed_others(meant, is_complete=len(cells) == len(header)):
            source.give_back_all_but_first()
            yield BadRow(line, "a quote opens and does not close")
        elif len(cells) != len(header):
            yield BadRow(line, f"has {len(cells)} cells, the header has {len(header)}")
        else:
            yield Record(line, meant)


def _columns(header: list[str], chosen: Mapping[str, str]) -> dict[str, int]:
    known = {plain(name) for name in header}
    if unknown := [name for name in chosen.values() if plain(name) not in known]:
        raise UnreadableFileError(f"has no column {', '.join(unknown)}; it has {', '.join(header)}")
    names = columns_meant(header, chosen)
    if missing := [meaning for meaning in REQUIRED if meaning not in names]:
        raise UnreadableFileError(
            f"has no column for {' and '.join(missing)}: say which with --columns {missing[0]}=…; "
            f"it has {', '.join(header)}"
        )
    return {meaning: header.index(name) for meaning, name in names.items()}


class NumberedLines(Iterator[str]):
    """Lines with their numbers, which can be pushed back to be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.number = 0
        self._lines = lines
        self._given_back: deque[str] = deque()
        self._row: list[str] = []

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._lines)
        self.number += 1
        self._row.append(line)
        return line

    def first_with_text(self) -> str:
        """The first line that is not blank, still to be read. Raises UnreadableFileError."""
        for line in self:
            if line.strip():
                self._give_back([line])
                return line
        raise UnreadableFileError("is empty")

    def begin_row(self) -> None:
        self._row = []

    def give_back_all_but_first(self) -> None:
        self._give_back(self._row[1:])

    def has_row_swallowed_others(self, cells: Mapping[str, str], *, is_complete: bool) -> bool:
        """Whether a quote that is not closed made one row of several lines."""
        if len(self._row) < 2:
            return False
        is_unclosed = sum(line.count('"') for line in self._row) % 2 == 1
        return is_unclosed or not is_complete or any("\n" in cell for cell in cells.values())

    def _give_back(self, lines: list[str]) -> None:
        self._given_back.extendleft(reversed(lines))
        self.number -= len(lines)


# --- Files -------------------------------------------------------------------------------------------


GZIP_MAGIC = b"\x1f\x8b"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# No row of a library is as long; without a limit a file without line ends would fill the memory.
MAX_LINE_BYTES = 1024 * 1024
JSON_GAP = re.compile(r"[ \t\r\n]*")
# Names of a JSON object's rows: other programs' exports, and our own API's pages.
ROW_KEYS = ("tracks", "items", "results")
ROWS_IN_OBJECT = re.compile(rf'"(?:{"|".join(ROW_KEYS)})"[ \t\r\n]*:[ \t\r\n]*\[')
DECODER = json.JSONDecoder()


class TrackFile:
    """One file to import. `failure` says afterwards why it was not read to its end, if it was not."""

    def __init__(self, path: Path, chosen: Mapping[str, str]) -> None:
        self.path = path
        self.size_bytes = path.stat().st_size
        self.read_bytes = 0
        self.failure: str | None = None
        self._chosen = chosen

    def rows(self) -> Iterator[GoodRow | BadRow]:
        try:
            with self.path.open("rb") as stored, _damage_reported():
                for record in self._records(stored):
                    self.read_bytes = stored.tell()
                    yield record if isinstance(record, BadRow) else read_row(record)
        except UnreadableFileError as error:
            self.failure = str(error)

    def _records(self, stored: IO[bytes]) -> Iterator[Record | BadRow]:
        stream: Any = stored
        if stored.peek(2)[:2] == GZIP_MAGIC:  # type: ignore[attr-defined]
            stream = gzip.GzipFile(fileobj=stored)
        elif self.path.suffix == ".gz":
            raise UnreadableFileError("is called .gz but is not gzipped")
        start = stream.peek(4096)[:4096]
        if start.startswith(UTF16_MARKS):
            raise UnreadableFileError("is UTF-16; save it as UTF-8")
        first = start.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
        lines = _decoded_lines(stream)
        if first == b"[":
            return self._of_objects(_elements(_whole(stream), 0))
        if first == b"{":
            return self._of_objects(_objects(lines, stream))
        return csv_records(lines, self._chosen)

    def _of_objects(self, objects: Iterator[tuple[int, object]]) -> Iterator[Record | BadRow]:
        seen: set[str] = set()
        line = 0
        for line, value in objects:
            if isinstance(value, BadRow):
                yield value
                continue
            if not isinstance(value, dict):
                yield BadRow(line, "is not an object")
                continue
            columns = columns_meant(value, self._chosen)
            seen.update(map(plain, value))
            yield Record(line, {meaning: value[name] for meaning, name in columns.items()})
        if not line:
            raise UnreadableFileError("holds no rows")
        if unknown := [name for name in self._chosen.values() if plain(name) not in seen]:
            raise UnreadableFileError(f"has no column {', '.join(unknown)}")


@contextmanager
def _damage_reported() -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadableFileError("is damaged or cut off: its gzip data ends wrongly") from None
    except OSError as error:
        raise UnreadableFileError(f"can't be read: {error.strerror}") from None


def _decoded(line: bytes) -> str:
    """Bytes that are no UTF-8 become lone surrogates, which no field may contain: only their row is bad."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(errors="surrogateescape")


def _decoded_lines(stream: Any) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise UnreadableFileError(f"has a line {number} of over 1 MiB")
        yield _decoded(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)


def _whole(stream: Any) -> str:
    return _decoded(stream.read().removeprefix(codecs.BOM_UTF8))


def _objects(lines: Iterator[str], stream: Any) -> Iterator[tuple[int, object]]:
    """JSON lines, or one object that has the rows in it."""
    first = next(lines)
    if _is_row(first):
        yield from _json_lines([first], lines)
        return
    text = first + _whole(stream)
    if found := ROWS_IN_OBJECT.search(text):
        yield from _elements(text, found.end() - 1)
    else:
        yield from _json_lines(text.split("\n"), iter(()))


def _is_row(line: str) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not any(isinstance(value.get(key), list) for key in ROW_KEYS)


def _json_lines(first: Iterable[str], rest: Iterator[str]) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(chain(first, rest), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            yield number, BadRow(number, "is not JSON")


def _elements(text: str, start: int) -> Iterator[tuple[int, object]]:
    """The elements of the array that begins at `start`, each with its line."""
    line, counted, position = 1, 0, start
    while text[position : position + 1] in {"[", ","}:
        position = _next(text, position + 1)
        if text[position : position + 1] == "]":
            return
        line += text.count("\n", counted, position)
        counted = position
        try:
            value, position = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        yield line, value
        position = _next(text, position)
    if text[position : position + 1] != "]":
        line += text.count("\n", counted, position)
        raise UnreadableFileError(f"is not JSON from line {line} on")


def _next(text: str, position: int) -> int:
    gap = JSON_GAP.match(text, position)
    return gap.end() if gap else position
