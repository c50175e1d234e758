"""SoundCloud: a playlist with its tracks, which say their ISRC and how often they were played."""

from typing import Any

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
    count_of,
    decoded,
    described,
    id_of,
    isrc_of,
    json_of,
    name_of,
    optional_name,
    seconds_of,
)


class _Publisher(msgspec.Struct):
    artist: str | None = None
    album: str | None = msgspec.field(name="albumTitle", default=None)
    isrc: str | None = None


class _User(msgspec.Struct):
    name: str | None = None


class _Track(msgspec.Struct):
    id: int
    title: str
    permalink: str = ""
    artwork: str | None = msgspec.field(name="artworkUrl", default=None)
    milliseconds: float | None = msgspec.field(name="durationMs", default=None)
    plays: int | None = msgspec.field(name="playCount", default=None)
    publisher: _Publisher | None = None
    user: _User | None = None


class _Tracks(msgspec.Struct):
    items: list[Any]


class _Playlist(msgspec.Struct):
    tracks: _Tracks
    title: str | None = None
    description: str | None = None
    permalink: str | None = msgspec.field(name="permalinkUrl", default=None)
    artwork: str | None = msgspec.field(name="artworkUrl", default=None)


def address_of_list(playlist: str) -> Address:
    """By the address of its page."""
    return Address("/v1/playlist/tracks", {"playlist": playlist})


def read(body: bytes) -> Listing:
    """Raises SourceError."""
    value = json_of(body)
    if not isinstance(value, dict) or "tracks" not in value:
        raise SourceError(SourceFailure.GARBAGE, "no playlist")
    playlist = decoded(value, _Playlist)
    lines = Lines()
    for place, item in enumerate(playlist.tracks.items):
        lines.add(lambda place=place, item=item: _row(place + 1, item))  # type: ignore[misc]
    return lines.finished(
        name=optional_name(playlist.title),
        description=described(playlist.description),
        url=address_of(playlist.permalink),
        cover_url=address_of(playlist.artwork),
    )


def _row(rank: int, item: Any) -> Row:
    """The publisher's artist is right; the uploader may be any user."""
    track = converted(item, _Track)
    publisher, user = track.publisher or _Publisher(), track.user or _User()
    return Row(
        rank=rank,
        name=name_of(track.title),
        artist=name_of(publisher.artist or user.name or ""),
        service_track_id=id_of(str(track.id)),
        url=address_of(track.permalink),
        album=optional_name(publisher.album),
        cover_url=address_of(track.artwork),
        isrc=isrc_of(publisher.isrc),
        duration_seconds=seconds_of(track.milliseconds),
        play_count=count_of(track.plays),
    )
