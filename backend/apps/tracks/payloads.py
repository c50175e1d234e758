"""A track as every client gets it: in answers, in queue items, in events."""

from datetime import datetime

import msgspec

from apps.tracks.models import Track

HOUR_SECONDS = 3600


class TrackPayload(msgspec.Struct, frozen=True):
    """The contract's fields, in the contract's order."""

    id: int
    title: str
    artist: str
    album: str
    duration_seconds: int | None
    duration_formatted: str | None
    genre: str
    cover_url: str | None
    isrc: str | None
    created_at: datetime


class GenrePayload(msgspec.Struct, frozen=True):
    genre: str
    count: int


def track_payload(track: Track) -> TrackPayload:
    return TrackPayload(
        id=track.pk,
        title=track.title,
        artist=track.artist,
        album=track.album,
        duration_seconds=track.duration_seconds,
        duration_formatted=formatted_duration(track.duration_seconds),
        genre=track.genre,
        cover_url=track.cover_url,
        isrc=track.isrc,
        created_at=track.created_at,
    )


def formatted_duration(seconds: int | None) -> str | None:
    """5:55, from an hour on 1:02:03."""
    if seconds is None:
        return None
    minutes, rest = divmod(seconds, 60)
    if seconds < HOUR_SECONDS:
        return f"{minutes}:{rest:02}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
