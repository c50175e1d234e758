"""Apple Music: a playlist as a reader of its pages gives it, numbered; songs and charts of its own API."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from apps.charts.parsers.base import (
    Address,
    Lines,
    Listing,
    Row,
    SourceError,
    SourceFailure,
    address_of,
    converted,
    id_of,
    isrc_of,
    json_of,
    name_of,
    optional_name,
    seconds_of,
    unescaped,
)

# "3m 40s", "1h 2m 3s"
DURATION = re.compile(r"(?:(\d{1,2})h)? ?(?:(\d{1,3})m)? ?(?:(\d{1,3})s)?")
COVER_PIXELS = "400"


class _Numbered(msgspec.Struct):
    name: str
    artist: str
    link: str = ""
    album: str = ""
    duration: str | None = None


class _Artwork(msgspec.Struct):
    url: str


class _Attributes(msgspec.Struct):
    name: str
    artist: str = msgspec.field(name="artistName")
    album: str = msgspec.field(name="albumName", default="")
    url: str = ""
    isrc: str | None = None
    milliseconds: float | None = msgspec.field(name="durationInMillis", default=None)
    artwork: _Artwork | None = None


class _Song(msgspec.Struct):
    id: str
    attributes: _Attributes


def address_of_list(playlist: str) -> Address:
    """By the address of its page."""
    return Address("/playlist1/", {"url": playlist})


def read(body: bytes) -> Listing:
    """Raises SourceError."""
    value = json_of(body)
    if isinstance(value, dict) and isinstance(value.get("album_details"), dict):
        return _read_numbered(value)
    return _read_songs(_songs_in(value))


def _read_numbered(value: dict[str, Any]) -> Listing:
    """The keys are places, from 0; a line that is left out leaves its place free."""
    lines = Lines()
    for place, item in value["album_details"].items():
        if not place.isdecimal():
            continue  # what the reader says of the list itself
        lines.add(lambda place=place, item=item: _numbered_row(int(place) + 1, item))  # type: ignore[misc]
    return lines.finished(
        name=optional_name(_text(value, "playlist_name")),
        url=address_of(_text(value, "playlist_link")),
        cover_url=address_of(_text(value, "playlist_cover")),
    )


def _numbered_row(rank: int, item: Any) -> Row:
    line = converted(item, _Numbered)
    return Row(
        rank=rank,
        name=name_of(line.name),
        artist=name_of(line.artist),
        service_track_id=id_of(_id_in(unescaped(line.link))),
        url=address_of(line.link),
        album=optional_name(line.album),
        duration_seconds=_seconds(line.duration),
    )


def _id_in(link: str) -> str:
    """The song's, which follows the album's as `?i=`."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    given = parse_qs(parts.query).get("i")
    return given[0] if given else parts.path.rsplit("/", 1)[-1]


def _seconds(text: str | None) -> int | None:
    found = DURATION.fullmatch((text or "").strip())
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds or None


def _songs_in(value: Any) -> list[Any]:
    """A bare list, `data`, or the first of the charts of songs."""
    if isinstance(value, dict) and isinstance(value.get("results"), dict):
        charts = value["results"].get("songs")
        value = charts[0] if isinstance(charts, list) and charts else None
    if isinstance(value, dict):
        value = value.get("data")
    if not isinstance(value, list):
        raise SourceError(SourceFailure.GARBAGE, "no songs")
    return value


def _read_songs(songs: Iterable[Any]) -> Listing:
    lines = Lines()
    for place, item in enumerate(songs):
        lines.add(lambda place=place, item=item: _song_row(place + 1, item))  # type: ignore[misc]
    return lines.finished()


def _song_row(rank: int, given: Any) -> Row:
    song = converted(given, _Song)
    item = song.attributes
    cover = item.artwork.url if item.artwork else ""
    return Row(
        rank=rank,
        name=name_of(item.name),
        artist=name_of(item.artist),
        service_track_id=id_of(song.id),
        url=address_of(item.url),
        album=optional_name(item.album),
        cover_url=address_of(cover.replace("{w}", COVER_PIXELS).replace("{h}", COVER_PIXELS)),
        isrc=isrc_of(item.isrc),
        duration_seconds=seconds_of(item.milliseconds),
    )


def _text(value: dict[str, Any], name: str) -> str:
    item = value.get(name)
    return item if isinstance(item, str) else ""
