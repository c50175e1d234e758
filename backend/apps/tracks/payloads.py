"""The payload of a track: in responses, in queue items, in events."""

from datetime import UTC, datetime

import msgspec

from apps.tracks.models import Track
from core.json_codec import Instant

HOUR_SECONDS = 3600


class TrackPayload(msgspec.Struct, frozen=True):
    """A track of the library. Unknown is null, never 0."""

    id: int
    title: str
    artist: str
    album: str
    duration_seconds: int | None
    duration_formatted: str | None
    genre: str
    cover_url: str | None
    isrc: str | None
    created_at: Instant
    has_audio: bool
    explicit: bool | None


EXAMPLE_TRACK = TrackPayload(
    id=1,
    title="Bohemian Rhapsody",
    artist="Queen",
    album="A Night at the Opera",
    duration_seconds=355,
    duration_formatted="5:55",
    genre="rock",
    cover_url=None,
    isrc="GBUM71029604",
    created_at=datetime(2025, 12, 4, 10, tzinfo=UTC),
    has_audio=True,
    explicit=False,
)


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
        has_audio=track.has_audio,
        explicit=track.explicit,
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
