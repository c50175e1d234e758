"""A track's metadata: its fields, and the rules for each, for all sources. Knows no database."""

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
# A cover that this server itself has (apps.audio).
OWN_COVER = re.compile(r"/api/covers/[0-9a-f]{32}/(96|300|600)")


class MetadataError(ValueError):
    """Metadata that can't be true of a track; the text is the reason."""


@dataclass(frozen=True, slots=True)
class TrackMetadata:
    """All that is said of one track. None and "" mean: not known."""

    title: str
    artist: str
    album: str = ""
    duration_seconds: int | None = None
    genre: str = ""
    cover_url: str | None = None
    isrc: str | None = None
    explicit: bool | None = None


class TrackMetadataPatch(TypedDict, total=False):
    """Changes of a track; fields that are not given stay."""

    title: str
    artist: str
    album: str
    duration_seconds: int | None
    genre: str
    cover_url: str | None
    isrc: str | None
    explicit: bool | None
    has_audio: bool


def checked_text(text: str, *, most: int) -> str:
    """`text` without spaces around it. Raises MetadataError."""
    trimmed = text.strip()
    if len(trimmed) > most:
        raise MetadataError(f"is longer than {most} characters")
    if not trimmed.isascii() and any("\ud800" <= character <= "\udfff" for character in trimmed):
        raise MetadataError("is not valid UTF-8")
    if not trimmed.isprintable() and has_unwelcome_characters(trimmed):
        raise MetadataError("holds control characters")
    return trimmed


def checked_isrc(text: str) -> str:
    """The code in capitals without dashes and spaces. Raises MetadataError."""
    code = text.replace("-", "").replace(" ", "").upper()
    if not ISRC_PATTERN.fullmatch(code):
        raise MetadataError("is not an ISRC: two letters, three letters or digits, seven digits")
    return code


def checked_cover_url(text: str) -> str:
    """Raises MetadataError if a browser should not load it as a picture from the web or from this server."""
    if OWN_COVER.fullmatch(text):
        return text
    address = checked_text(text, most=MAX_COVER_URL)
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname)
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in COVER_SCHEMES or any(part.isspace() for part in address):
        raise MetadataError("is not an http or https address")
    return address


def checked_duration(seconds: int) -> int:
    """Raises MetadataError. Unknown is None, never 0."""
    if not 1 <= seconds <= MAX_DURATION_SECONDS:
        raise MetadataError(f"is not from 1 to {MAX_DURATION_SECONDS} seconds")
    return seconds


def missing_metadata(known: TrackMetadata, other: TrackMetadata) -> TrackMetadataPatch:
    """The fields that `other` has and `known` lacks. Known fields stay, even if both differ."""
    changes: TrackMetadataPatch = {}
    if not known.album and other.album:
        changes["album"] = other.album
    if known.duration_seconds is None and other.duration_seconds is not None:
        changes["duration_seconds"] = other.duration_seconds
    if not known.genre and other.genre:
        changes["genre"] = other.genre
    if known.cover_url is None and other.cover_url is not None:
        changes["cover_url"] = other.cover_url
    if known.isrc is None and other.isrc is not None:
        changes["isrc"] = other.isrc
    if known.explicit is None and other.explicit is not None:
        changes["explicit"] = other.explicit
    return changes
