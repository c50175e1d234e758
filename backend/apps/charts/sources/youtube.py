"""YouTube: the videos that a search finds, and how often videos were watched."""

from typing import Any

import msgspec

from apps.charts.sources.base import SourceError, Trouble, count_of, decoded, id_of, json_of, optional_name

WATCH = "https://www.youtube.com/watch?v="


class FoundVideo(msgspec.Struct, frozen=True):
    """What a search found, the best first."""

    video_id: str
    title: str
    channel: str

    @property
    def url(self) -> str:
        return WATCH + self.video_id


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


def read_search(body: bytes) -> tuple[FoundVideo, ...]:
    """Channels and playlists among them are left out. Raises SourceError."""
    results = decoded(_object(body), _Results)
    return tuple(
        FoundVideo(id_of(one.id.video), optional_name(one.snippet.title), optional_name(one.snippet.channel))
        for one in results.items
        if id_of(one.id.video)
    )


def read_views(body: bytes) -> dict[str, int | None]:
    """Views by video. None: the owner hides them. A video that is not there has gone. Raises SourceError."""
    videos = decoded(_object(body), _Videos)
    return {one.id: count_of(one.statistics.views) for one in videos.items if id_of(one.id)}


def _object(body: bytes) -> dict[str, Any]:
    value = json_of(body)
    if not isinstance(value, dict) or "items" not in value:
        raise SourceError(Trouble.GARBAGE, "no items")
    return value
