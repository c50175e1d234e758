"""What may be said of a track, and the rules each fact obeys, whoever says it. Knows no database."""

import re
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import urlsplit

from core.names import has_unwelcome_characters

MAX_NAME = 300
MAX_GENRE = 100
MAX_COVER_URL = 1000
# A week: the longest recordings that are published are about a day.
MAX_DURATION_SECONDS = 7 * 24 * 3600

ISRC_LENGTH = 12
# Country, registrant, year, number (ISO 3901), without the dashes it is printed with.
ISRC_PATTERN = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
COVER_SCHEMES = {"http", "https"}


class FactError(ValueError):
    """Something that can't be true of a track; the text says why."""


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """All that is said of one track. None and "" mean: not known."""

    title: str
    artist: str
    album: str = ""
    duration_seconds: int | None = None
    genre: str = ""
    cover_url: str | None = None
    isrc: str | None = None


class TrackChanges(TypedDict, total=False):
    """What is to be different about a track; what is not named stays."""

    title: str
    artist: str
    album: str
    duration_seconds: int | None
    genre: str
    cover_url: str | None
    isrc: str | None


def checked_text(text: str, *, most: int) -> str:
    """`text` without spaces around it. Raises FactError."""
    trimmed = text.strip()
    if len(trimmed) > most:
        raise FactError(f"is longer than {most} characters")
    if not trimmed.isascii() and any("\ud800" <= character <= "\udfff" for character in trimmed):
        raise FactError("is not valid UTF-8")
    if not trimmed.isprintable() and has_unwelcome_characters(trimmed):
        raise FactError("holds control characters")
    return trimmed


def checked_isrc(text: str) -> str:
    """The code in capitals without dashes and spaces. Raises FactError."""
    code = text.replace("-", "").replace(" ", "").upper()
    if not ISRC_PATTERN.fullmatch(code):
        raise FactError("is not an ISRC: two letters, three letters or digits, seven digits")
    return code


def checked_cover_url(text: str) -> str:
    """Raises FactError for what a browser should not load as a picture from the web."""
    address = checked_text(text, most=MAX_COVER_URL)
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname)
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in COVER_SCHEMES or any(part.isspace() for part in address):
        raise FactError("is not an http or https address")
    return address


def checked_duration(seconds: int) -> int:
    """Raises FactError. Unknown is None, never 0."""
    if not 1 <= seconds <= MAX_DURATION_SECONDS:
        raise FactError(f"is not from 1 to {MAX_DURATION_SECONDS} seconds")
    return seconds


def facts_lacking(known: TrackFacts, told: TrackFacts) -> TrackChanges:
    """What `told` knows and `known` does not. What is known stays as it is, even where both differ."""
    changes: TrackChanges = {}
    if not known.album and told.album:
        changes["album"] = told.album
    if known.duration_seconds is None and told.duration_seconds is not None:
        changes["duration_seconds"] = told.duration_seconds
    if not known.genre and told.genre:
        changes["genre"] = told.genre
    if known.cover_url is None and told.cover_url is not None:
        changes["cover_url"] = told.cover_url
    if known.isrc is None and told.isrc is not None:
        changes["isrc"] = told.isrc
    return changes
