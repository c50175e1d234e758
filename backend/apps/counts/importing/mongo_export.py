"""Exports of mongoexport (JSON lines) and mongodump (BSON), read in parts: documents, and their counts."""

import gzip
import importlib.util
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from apps.counts.models import CountedService, Status
from apps.counts.services import CountReport
from apps.tracks.metadata import MetadataError, checked_isrc

# --- Documents ---------------------------------------------------------------------------------------


# MongoDB's own limit is 16 MiB; a length beyond it is no length.
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024 + 16 * 1024
MIN_DOCUMENT_BYTES = 5
PART_BYTES = 8 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"


class UnreadableFile(ValueError):
    """The rest of the file cannot be parsed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a file; `end` is None if only reading finds it (a compressed file is one part)."""

    path: str
    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """A document's offset in the (decompressed) file, and its content or its error."""

    at: int
    content: dict[str, Any] | None
    error: str = ""


def is_bson(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".bson")


def can_read_bson() -> bool:
    """Whether the optional package is installed (`requirements/import.txt`)."""
    return importlib.util.find_spec("bson") is not None


def parts_of(path: Path) -> list[Part]:
    """Splits a file into parts that can be read in parallel; a compressed file is one part."""
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
    """Splits at documents, by the length at the beginning of each."""
    parts, begin = [], 0
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at < size:
            file.seek(at)
            length = int.from_bytes(file.read(4), "little")
            if not MIN_DOCUMENT_BYTES <= length <= MAX_DOCUMENT_BYTES:
                break  # the reader of this part reports it
            at += length
            if at - begin >= PART_BYTES:
                parts.append(Part(str(path), begin, at))
                begin = at
    if begin < size:
        parts.append(Part(str(path), begin, size))
    return parts


def documents_in(part: Part) -> Iterator[Document]:
    """Documents, and errors in place of bad ones. Raises UnreadableFile if the rest can't be read."""
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
    while (part.end is None or at < part.end) and (line := file.readline(MAX_DOCUMENT_BYTES)):
        if len(line) == MAX_DOCUMENT_BYTES:
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
    import bson  # checked by `can_read_bson`
    from bson.errors import BSONError

    at = part.begin
    while part.end is None or at < part.end:
        head = file.read(4)
        if not head:
            return
        length = int.from_bytes(head, "little")
        if len(head) < 4 or not MIN_DOCUMENT_BYTES <= length <= MAX_DOCUMENT_BYTES:
            raise UnreadableFile(f"{part.path} is no BSON from byte {at} on.")
        body = file.read(length - 4)
        if len(body) < length - 4:
            raise UnreadableFile(f"{part.path} ends in the middle of the document at byte {at}.")
        try:
            yield Document(at, bson.decode(head + body))
        except (BSONError, ValueError, OverflowError) as error:
            yield Document(at, None, f"is no BSON ({error})")
        at += length


# --- Counts ------------------------------------------------------------------------------------------


MAX_COUNT = 2**63 - 1
# The field names of earlier programs.
COUNTS = ("view_count", "total_view_count", "current_count", "count", "views")
DELTAS = ("delta_count", "delta_view_count", "delta")
MOMENTS = ("recorded_date", "timestamp", "current_timestamp", "last_updated", "date")
SERVICES = {name.replace("_", ""): name for name in CountedService.values}
# Tables of counts by service, and one service's counts by the field's name.
BY_SERVICE, OF_SERVICE = "view_counts", "_view"
DAYS_LISTED, DAY_CURRENT = ("historical_view", "historical", "history"), ("current_view", "current")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class InvalidCount(ValueError):
    """A count in a document is invalid; the text says why."""


@dataclass(frozen=True, slots=True)
class ImportedCount:
    """A count of an export, and the difference that the export gives for it."""

    report: CountReport
    delta: int | None


def counts_of_document(
    document: Mapping[str, Any], *, now: datetime
) -> Iterator[ImportedCount | InvalidCount]:
    """One for each day in the document; an InvalidCount for a document without any."""
    try:
        isrc = _isrc_of(document)
        days = list(_days_of(document))
        if not days:
            raise InvalidCount("has no view counts")
    except InvalidCount as error:
        yield error
        return
    for service, day in days:
        try:
            yield _reported(isrc, _service_of(service), day, now)
        except InvalidCount as error:
            yield InvalidCount(f"{isrc}: {error}")


def _days_of(document: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """(service, day) pairs of the three known formats.

    Flat: one day of one service. By service: a table of lists of days. By track: a field with a history for
    each service.
    """
    service = document.get("service", document.get("service_name"))
    if service is not None and (
        _first(document, COUNTS) is not None or any(name in document for name in COUNTS)
    ):
        yield service, document
        return
    tables: dict[Any, Any] = {}
    if isinstance(by_service := document.get(BY_SERVICE), Mapping):
        tables |= by_service
    tables |= {
        name.removesuffix(OF_SERVICE): value
        for name, value in document.items()
        if name.endswith(OF_SERVICE) and isinstance(value, Mapping)
    }
    for name, table in tables.items():
        yield from ((name, day) for day in _listed(table))


def _listed(table: Any) -> list[Any]:
    if isinstance(table, list):
        return table
    if not isinstance(table, Mapping):
        return [table]
    days = [day for name in DAYS_LISTED for day in table.get(name) or ()]
    return days + [table[name] for name in DAY_CURRENT if table.get(name)]


def _reported(isrc: str, service: str, day: Any, now: datetime) -> ImportedCount:
    if not isinstance(day, Mapping):
        raise InvalidCount(f"{_short(day)} is no day of view counts")
    moment = _moment_of(day)
    if moment < EARLIEST or moment.date() > now.date():
        raise InvalidCount(f"{moment:%Y-%m-%d} is no day on which this was counted")
    count, delta = _number(_first(day, COUNTS), "count"), _number(_first(day, DELTAS), "delta")
    if count is not None and not 0 <= count <= MAX_COUNT:
        raise InvalidCount(f"the count {count} is negative or too large")
    # A field without a value is a day without a count, never zero.
    status = Status.MISSING if count is None else Status.OK
    return ImportedCount(CountReport(isrc, service, moment.date(), moment, status, count), delta)


def _isrc_of(document: Mapping[str, Any]) -> str:
    isrc = document.get("isrc")
    if not isinstance(isrc, str):
        raise InvalidCount("has no ISRC")
    try:
        return checked_isrc(isrc)
    except MetadataError:
        raise InvalidCount(f"{_short(isrc)} is not an ISRC") from None


def _service_of(name: Any) -> str:
    known = SERVICES.get(str(name).lower().replace("_", "").replace(" ", ""))
    if known is None:
        raise InvalidCount(f"{_short(name)} is no service whose counts are stored")
    return known


def _moment_of(day: Mapping[str, Any]) -> datetime:
    value = _first(day, MOMENTS)
    if isinstance(value, Mapping):
        value = value.get("$date")
        if isinstance(value, Mapping):
            value = value.get("$numberLong")
    try:
        moment = _moment(value)
    except (ValueError, OverflowError, OSError, TypeError):
        raise InvalidCount(f"{_short(value)} is no date") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _moment(value: Any) -> datetime:
    """ISO 8601; a number is milliseconds since 1970, as MongoDB has it."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and not value.lstrip("-").isdigit():
        return datetime.fromisoformat(value.strip())
    if isinstance(value, bool) or value is None:
        raise ValueError
    return datetime.fromtimestamp(int(value) / 1000, tz=UTC)


def _number(value: Any, what: str) -> int | None:
    """A whole number in any of MongoDB's formats."""
    if isinstance(value, Mapping):
        value = (
            next(iter(value.values()), None)
            if set(value) <= {"$numberLong", "$numberInt", "$numberDouble"}
            else value
        )
    if value is None:
        return None
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidCount(f"the {what} {_short(value)} is no number")
    if isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        raise InvalidCount(f"the {what} {value} is no whole number")
    return int(value)


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _short(value: Any) -> str:
    return repr(value)[:60]
