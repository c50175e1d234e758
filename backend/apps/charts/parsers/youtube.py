"""YouTube: the videos that a search finds, and how often videos were watched."""

from collections.abc import Sequence
from typing import Any

import msgspec

from apps.charts.connectors.base import FoundVideo
from apps.charts.parsers.base import (
    Address,
    SourceError,
    SourceFailure,
    count_of,
    decoded,
    id_of,
    json_of,
    optional_name,
)

WATCH = "https://www.youtube.com/watch?v="
# What one question may be about, and what the questions cost of the day's quota.
VIDEOS_PER_REQUEST = 50
VIEWS_UNITS, SEARCH_UNITS = 1, 100
# How many of the videos found are looked at.
SEARCHED = 10


class _Id(msgspec.Struct):
    kind: str = ""
    video: str = msgspec.field(name="videoId", default="")


class _Snippet(msgspec.Struct):
    title: str = ""
    channel: str = msgspec.field(name="channelTitle", default="")


class _Result(msgspec.Struct):
    id: _Id
    snippet: _Snippet = msgspec.field(default_factory=_Snippet)


class _Results(msgspec.Struct):
    items: list[_Result]


class _Statistics(msgspec.Struct):
    views: int | None = msgspec.field(name="viewCount", default=None)


class _Video(msgspec.Struct):
    id: str
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)


class _Videos(msgspec.Struct):
    items: list[_Video]


def address_of_views(video_ids: Sequence[str]) -> Address:
    """Of up to VIDEOS_PER_REQUEST."""
    return Address("/videos", {"part": "statistics", "id": ",".join(video_ids), "maxResults": "50"})


def address_of_search(title: str, artist: str) -> Address:
    return Address(
        "/search",
        {"part": "snippet", "type": "video", "maxResults": str(SEARCHED), "q": f"{artist} {title}"},
    )


def read_search(body: bytes) -> tuple[FoundVideo, ...]:
    """Channels and playlists among them are left out. Raises SourceError."""
    results = decoded(_object(body), _Results)
    return tuple(
        FoundVideo(
            video_id=one.id.video,
            title=optional_name(one.snippet.title),
            channel=optional_name(one.snippet.channel),
            url=WATCH + one.id.video,
        )
        for one in results.items
        if id_of(one.id.video)
    )


def read_views(body: bytes) -> dict[str, int | None]:
    """Views by video. None: the owner hides them. A deleted video is missing. Raises SourceError."""
    videos = decoded(_object(body), _Videos)
    return {one.id: count_of(one.statistics.views) for one in videos.items if id_of(one.id)}


def _object(body: bytes) -> dict[str, Any]:
    value = json_of(body)
    if not isinstance(value, dict) or "items" not in value:
        raise SourceError(SourceFailure.GARBAGE, "no items")
    return value
