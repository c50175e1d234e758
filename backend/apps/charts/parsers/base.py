"""A service's response as a list with its rows, or the reason why it has none. Does not use the network."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from html import unescape
from threading import Lock
from typing import Any, TypeVar

import msgspec

from apps.tracks.metadata import MetadataError, checked_cover_url, checked_isrc, checked_text
from core.names import BLANK_LETTERS

T = TypeVar("T")
MAX_NAME, MAX_ID = 300, 100
MAX_DESCRIPTION = 1000
MAX_COUNT = 2**62
# Far more rows than any list has; a higher rank is invalid.
MAX_RANK = 10_000
# The minimum share of a list's ranks that have lines; saved lists leave some out.
MIN_FILLED = 0.75
# Services have had charts since.
FIRST_DAY = date(2005, 1, 1)
# With its semicolon: "R&B" and "Love&notes" are names.
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
# Some readers escape text twice: "&amp;amp;".
MAX_ESCAPED = 3
# Scripts such as Persian and Hindi are written with these two format characters.
JOINERS = "\u200c\u200d"
# What programs write where there is no name.
PLACEHOLDERS = frozenset(["null", "undefined", "none", "nan", "n/a", "[object object]"])


class SourceFailure(StrEnum):
    """Why a response is no list."""

    # It is well formed, and says that something is wrong.
    ERROR_BODY = "error_body"
    GARBAGE = "garbage"
    EMPTY = "empty"


class SourceError(Exception):
    """The response can't be used. The text says why, in the service's words where it has any."""

    def __init__(self, trouble: SourceFailure, said: str = "") -> None:
        super().__init__(f"{trouble}: {said[:200]}" if said else str(trouble))
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list. None and "" mean: not said."""

    rank: int
    name: str
    artist: str
    service_track_id: str = ""
    url: str = ""
    album: str = ""
    cover_url: str = ""
    isrc: str | None = None
    duration_seconds: int | None = None
    play_count: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A service's list as it was given, and how many of its places have no line that can be read."""

    rows: tuple[Row, ...]
    name: str = ""
    description: str = ""
    url: str = ""
    cover_url: str = ""
    unreadable: int = 0


Read = Callable[[bytes], Listing]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service gives one list, below its base address."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Lines:
    """Collects the lines that can be read; one that can't costs only itself."""

    rows: list[Row] = field(default_factory=list)
    unreadable: int = 0

    def add(self, make: Callable[[], Row]) -> None:
        try:
            self.rows.append(_placed(make()))
        except (msgspec.ValidationError, MetadataError, KeyError, TypeError, ValueError):
            self.unreadable += 1

    def finished(self, **fields: Any) -> Listing:
        """Raises SourceError when no line is left, or when most can't be read."""
        if not self.rows:
            raise SourceError(SourceFailure.EMPTY if not self.unreadable else SourceFailure.GARBAGE)
        if self.unreadable > len(self.rows):
            raise SourceError(
                SourceFailure.GARBAGE, f"{self.unreadable} lines can't be read, {len(self.rows)} can"
            )
        ranks = [row.rank for row in self.rows]
        if len(set(ranks)) < len(ranks):
            raise SourceError(SourceFailure.GARBAGE, "two lines have one rank")
        if min(ranks) > 1 + self.unreadable or len(ranks) + self.unreadable < MIN_FILLED * max(ranks):
            raise SourceError(
                SourceFailure.GARBAGE, f"{len(ranks)} lines have ranks {min(ranks)} to {max(ranks)}"
            )
        rows = tuple(sorted(self.rows, key=lambda row: row.rank))
        unreadable = max(self.unreadable, max(ranks) - len(ranks))
        return Listing(rows=rows, unreadable=unreadable, **fields)


def _placed(row: Row) -> Row:
    if not 1 <= row.rank <= MAX_RANK:
        raise ValueError("no place on a list")
    return row


def json_of(body: bytes) -> Any:
    """Raises SourceError for invalid JSON, and for an error in a response with a 2xx status."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise SourceError(SourceFailure.GARBAGE, "no JSON") from None
    if isinstance(value, dict) and (said := _complaint(value)):
        raise SourceError(SourceFailure.ERROR_BODY, said)
    return value


def _complaint(value: dict[str, Any]) -> str:
    """What a response complains of: `error`, `errors`, a lonely `message`, a `status` of false."""
    for name in ("error", "errors"):
        if about := value.get(name):
            message = about.get("message") if isinstance(about, dict) else about
            return str(message or about)
    if "message" in value and len(value) <= 2:
        return str(value["message"])
    if value.get("status") is False:
        return str(value.get("errorId") or "status is false")
    return ""


# msgspec inspects a type at its first use. Two threads that use a new one concurrently end the process.
_first_use = Lock()
_described: set[type] = set()


def converted(value: Any, kind: type[T], *, strict: bool = True) -> T:
    """`value` as this type. Raises msgspec.ValidationError. For any thread."""
    with _first_use:
        if kind not in _described:
            msgspec.json.Decoder(kind)
            _described.add(kind)
    return msgspec.convert(value, kind, strict=strict)


def decoded(value: Any, kind: type[T]) -> T:
    """The same for a response. Raises SourceError."""
    try:
        return converted(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SourceError(SourceFailure.GARBAGE, str(error)) from None


def unescaped(text: str) -> str:
    """Without HTML's entities: some services escape their responses as if they were pages."""
    for _ in range(MAX_ESCAPED):
        text, before = ENTITY.sub(lambda found: unescape(found[0]), text), text
        if text == before:
            break
    return text


def reread(text: str) -> str:
    """UTF-8 that was read as Windows-1252 ("CafÃ©"), also more than once, as it was meant; else the same."""
    while not text.isascii():
        try:
            text = b"".join(map(_byte_of, text)).decode()
        except ValueError:
            break
    return text


def _byte_of(character: str) -> bytes:
    """Windows-1252 has no character for five bytes: readers leave them as they are."""
    return bytes([ord(character)]) if ord(character) < 0x100 else character.encode("cp1252")


def _cleaned(text: str) -> str:
    """As it was meant, with single spaces, without format characters, which could hide or reorder it."""
    visible = (one for one in reread(unescaped(text)) if one in JOINERS or unicodedata.category(one) != "Cf")
    return " ".join("".join(visible).split())


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CMZ" and character not in BLANK_LETTERS


def name_of(text: str) -> str:
    """Raises MetadataError for one that is empty, invisible, a placeholder or can't be stored."""
    name = checked_text(_cleaned(text), most=MAX_NAME)
    if not any(map(_is_visible, name)):
        raise MetadataError("is empty")
    if name.casefold() in PLACEHOLDERS:
        raise MetadataError("is no name")
    return name


def optional_name(text: str | None) -> str:
    """ "" for an invalid name."""
    try:
        return name_of(text or "")
    except MetadataError:
        return ""


def described(text: str | None) -> str:
    try:
        return checked_text(_cleaned(text or "")[:MAX_DESCRIPTION], most=MAX_DESCRIPTION)
    except MetadataError:
        return ""


def address_of(text: str | None) -> str:
    """ "" for a text that is no http URL."""
    try:
        return checked_cover_url(unescaped(text or ""))
    except MetadataError:
        return ""


def id_of(text: str) -> str:
    """ "" for an invalid id: too long, or with anything but letters, digits and a few signs."""
    is_id = 0 < len(text) <= MAX_ID and text.isascii() and all(one.isalnum() or one in "-_:." for one in text)
    return text if is_id else ""


def isrc_of(text: str | None) -> str | None:
    """None if it is missing or invalid."""
    try:
        return checked_isrc(text) if text else None
    except MetadataError:
        return None


def seconds_of(milliseconds: float | None) -> int | None:
    return round(milliseconds / 1000) or None if milliseconds and 0 < milliseconds < 1e9 else None


def count_of(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= MAX_COUNT else None


def joined(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name)
