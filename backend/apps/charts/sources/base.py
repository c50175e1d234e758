"""What is read from a service's answer: one list with its rows, or why there is none. Knows no network."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html import unescape
from threading import Lock
from typing import Any, TypeVar

import msgspec

from apps.tracks.facts import FactError, checked_cover_url, checked_isrc, checked_text
from core.names import BLANK_LETTERS

T = TypeVar("T")
MAX_NAME, MAX_ID = 300, 100
MAX_DESCRIPTION = 1000
MAX_COUNT = 2**62
# Far more than any list has; what is beyond it is no place on one.
MAX_RANK = 10_000
# With its semicolon: "R&B" and "Love&notes" are names.
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
# Readers escape what was escaped already: "&amp;amp;".
MOST_TIMES_ESCAPED = 3
# Scripts such as Persian and Hindi are written with these two format characters.
JOINERS = "\u200c\u200d"
# What programs write where there is no name.
PLACEHOLDERS = frozenset(["null", "undefined", "none", "nan", "n/a", "[object object]"])


class Trouble(StrEnum):
    """Why an answer is no list."""

    # It is well formed, and says that something is wrong.
    ERROR_BODY = "error_body"
    GARBAGE = "garbage"
    EMPTY = "empty"


class SourceError(Exception):
    """The answer can't be used. The text says why, in the service's words where it has any."""

    def __init__(self, trouble: Trouble, said: str = "") -> None:
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
    """A service's list as it was given, and how many of its lines could not be read."""

    rows: tuple[Row, ...]
    name: str = ""
    description: str = ""
    url: str = ""
    cover_url: str = ""
    unreadable: int = 0
    # Where the service gives the list in parts: what the next one is asked with.
    next_url: str = ""


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
        except (msgspec.ValidationError, FactError, KeyError, TypeError, ValueError):
            self.unreadable += 1

    def finished(self, **told: Any) -> Listing:
        """Raises SourceError when no line is left, or when most can't be read."""
        if not self.rows:
            raise SourceError(Trouble.EMPTY if not self.unreadable else Trouble.GARBAGE)
        if self.unreadable > len(self.rows):
            raise SourceError(Trouble.GARBAGE, f"{self.unreadable} lines can't be read, {len(self.rows)} can")
        ranks = [row.rank for row in self.rows]
        if len(set(ranks)) < len(ranks):
            raise SourceError(Trouble.GARBAGE, "two lines have one rank")
        rows = tuple(sorted(self.rows, key=lambda row: row.rank))
        return Listing(rows=rows, unreadable=self.unreadable, **told)


def _placed(row: Row) -> Row:
    if not 1 <= row.rank <= MAX_RANK:
        raise ValueError("no place on a list")
    return row


def json_of(body: bytes) -> Any:
    """Raises SourceError for what is no JSON, and for an error that comes with a good status."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise SourceError(Trouble.GARBAGE, "no JSON") from None
    if isinstance(value, dict) and (said := _complaint(value)):
        raise SourceError(Trouble.ERROR_BODY, said)
    return value


def _complaint(value: dict[str, Any]) -> str:
    """What an answer complains of: `error`, `errors`, a lonely `message`, a `status` of false."""
    for name in ("error", "errors"):
        if about := value.get(name):
            told = about.get("message") if isinstance(about, dict) else about
            return str(told or about)
    if "message" in value and len(value) <= 2:
        return str(value["message"])
    if value.get("status") is False:
        return str(value.get("errorId") or "status is false")
    return ""


# msgspec describes a type to itself at its first use. Two threads that use a new one at once end the process.
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
    """The same of an answer. Raises SourceError."""
    try:
        return converted(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SourceError(Trouble.GARBAGE, str(error)) from None


def unescaped(text: str) -> str:
    """Without HTML's entities: some services escape their answers as if they were pages."""
    for _ in range(MOST_TIMES_ESCAPED):
        text, before = ENTITY.sub(lambda found: unescape(found[0]), text), text
        if text == before:
            break
    return text


def _cleaned(text: str) -> str:
    """Unescaped, with single spaces, without format characters, which could hide or reorder what is shown."""
    visible = (one for one in unescaped(text) if one in JOINERS or unicodedata.category(one) != "Cf")
    return " ".join("".join(visible).split())


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CMZ" and character not in BLANK_LETTERS


def name_of(text: str) -> str:
    """Raises FactError for one that is empty, shows nothing, stands for none or can't be stored."""
    name = checked_text(_cleaned(text), most=MAX_NAME)
    if not any(map(_is_visible, name)):
        raise FactError("is empty")
    if name.casefold() in PLACEHOLDERS:
        raise FactError("stands for no name")
    return name


def optional_name(text: str | None) -> str:
    """ "" for what is no name."""
    try:
        return name_of(text or "")
    except FactError:
        return ""


def described(text: str | None) -> str:
    try:
        return checked_text(_cleaned(text or "")[:MAX_DESCRIPTION], most=MAX_DESCRIPTION)
    except FactError:
        return ""


def address_of(text: str | None) -> str:
    """ "" for what is no http address."""
    try:
        return checked_cover_url(unescaped(text or ""))
    except FactError:
        return ""


def id_of(text: str) -> str:
    """ "" for what is no id: too long, or with anything but letters, digits and a few signs."""
    is_id = 0 < len(text) <= MAX_ID and text.isascii() and all(one.isalnum() or one in "-_:." for one in text)
    return text if is_id else ""


def isrc_of(text: str | None) -> str | None:
    """None where there is none, or what is there is none."""
    try:
        return checked_isrc(text) if text else None
    except FactError:
        return None


def seconds_of(milliseconds: float | None) -> int | None:
    return round(milliseconds / 1000) or None if milliseconds and 0 < milliseconds < 1e9 else None


def count_of(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= MAX_COUNT else None


def joined(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name)
