"""Rows of imported files: columns by their names, cells by the rules of `metadata`."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from apps.tracks.metadata import (
    MAX_GENRE,
    MAX_NAME,
    MetadataError,
    TrackMetadata,
    checked_cover_url,
    checked_duration,
    checked_isrc,
    checked_text,
)
from apps.tracks.normalisation import normalised

# Usual names of columns, in the form of `normalised`; the first existing one is used.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "track", "track name", "track title", "name", "song", "song name", "song title"),
    "artist": (
        "artist",
        "artists",
        "artist name",
        "artist names",
        "artist s",
        "artist name s",
        "artist s name",
    ),
    "album": ("album", "album name", "album title"),
    "duration_seconds": ("duration seconds",),
    "duration": ("duration", "length"),
    "duration_ms": ("duration ms", "track duration ms", "length ms"),
    "genre": ("genre", "genres"),
    "cover_url": ("cover url", "cover", "image", "image url", "album image url"),
    "isrc": ("isrc", "isrc code", "track isrc"),
}
REQUIRED = ("title", "artist")

# Numbers and clock times, as exports write durations.
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
CLOCK = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-5][0-9])")
# A bare number above this in a column called only "duration" is milliseconds: 6 hours, or 21.6 seconds.
MAX_LIKELY_SECONDS = 6 * 3600


class UnreadableFileError(Exception):
    """A file cannot be read, or only its beginning; the text follows the file's name in the message."""


@dataclass(frozen=True, slots=True)
class GoodRow:
    line: int
    metadata: TrackMetadata


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row by field; a cell is a text, or a JSON value."""

    line: int
    cells: Mapping[str, object]


def columns_meant(names: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """For each field the name of its column among `names`; `chosen` has precedence over the usual names."""
    return _columns_meant(tuple(names), tuple(chosen.items()))


@lru_cache(maxsize=1000)
def _columns_meant(names: tuple[str, ...], chosen: tuple[tuple[str, str], ...]) -> dict[str, str]:
    by_usual_name = {normalised(name): name for name in reversed(names)}
    meant = {
        meaning: by_usual_name[usual]
        for meaning, usuals in USUAL_NAMES.items()
        for usual in reversed(usuals)
        if usual in by_usual_name
    }
    by_name = {plain(name): name for name in reversed(names)}
    return meant | {meaning: by_name[plain(name)] for meaning, name in chosen if plain(name) in by_name}


def plain(name: str) -> str:
    """Column names are compared without case and spaces around them."""
    return name.strip().casefold()


def read_row(record: Record) -> GoodRow | BadRow:
    """The track in the row, or the reason why it is bad."""
    try:
        return GoodRow(record.line, _metadata(record.cells))
    except MetadataError as error:
        return BadRow(record.line, str(error))


def _metadata(cells: Mapping[str, object]) -> TrackMetadata:
    return TrackMetadata(
        title=_read(cells, "title", lambda text: checked_text(text, most=MAX_NAME)) or _missing("title"),
        artist=_read(cells, "artist", _artist) or _missing("artist"),
        album=_read(cells, "album", lambda text: checked_text(text, most=MAX_NAME)) or "",
        duration_seconds=_duration(cells),
        genre=_read(cells, "genre", lambda text: checked_text(text, most=MAX_GENRE)) or "",
        cover_url=_read(cells, "cover_url", checked_cover_url),
        isrc=_read(cells, "isrc", checked_isrc),
    )


def _read(cells: Mapping[str, object], meaning: str, check: Callable[[str], str]) -> str | None:
    """None for an empty cell."""
    cell = cells.get(meaning)
    if isinstance(cell, list) and all(isinstance(part, str) for part in cell):
        cell = "; ".join(cell) if meaning == "artist" else ", ".join(cell)
    if cell is None:
        return None
    if not isinstance(cell, str):
        raise MetadataError(f"the {meaning} is not a text")
    if not cell or cell.isspace():
        return None
    try:
        return check(cell)
    except MetadataError as error:
        raise MetadataError(f"the {meaning} {error}") from None


def _missing(meaning: str) -> str:
    raise MetadataError(f"there is no {meaning}")


def _artist(text: str) -> str:
    """Several artists are separated by commas, with any separator in the file."""
    names = [name.strip() for name in text.split(";")]
    return checked_text(", ".join(filter(None, names)), most=MAX_NAME)


def _duration(cells: Mapping[str, object]) -> int | None:
    for meaning, read in DURATION_READERS.items():
        cell = cells.get(meaning)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            cell = str(cell)
        try:
            text = _read({meaning: cell}, meaning, str.strip)
            if text is not None:
                return checked_duration(read(text))
        except MetadataError as error:
            reason = str(error)
            raise MetadataError(reason if reason.startswith("the ") else f"the duration {reason}") from None
    return None


def _seconds(text: str) -> int:
    if clock := CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    return round(_number(text))


def _likely_seconds(text: str) -> int:
    if NUMBER.fullmatch(text) and float(text) > MAX_LIKELY_SECONDS:
        raise MetadataError("is over 6 hours; are these milliseconds? Then say --columns duration_ms=…")
    return _seconds(text)


def _milliseconds(text: str) -> int:
    return round(_number(text) / 1000)


def _number(text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise MetadataError("is not a number of seconds, nor like 3:45")
    return float(text)


DURATION_READERS: Mapping[str, Callable[[str], int]] = {
    "duration_seconds": _seconds,
    "duration": _likely_seconds,
    "duration_ms": _milliseconds,
}
