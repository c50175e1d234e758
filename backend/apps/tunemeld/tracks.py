"""Tracks as GraphQL shows them, with their play counts.

The data of all tracks of a response is read together, when the first of them needs it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

import strawberry
from msgspec import to_builtins
from strawberry.scalars import JSON
from strawberry.types import Info

from apps.charts.genres import SERVICES, MusicService
from apps.charts.models import ChartTrack
from apps.charts.payloads import CountHistoryPayload
from apps.charts.selectors.charts import Ranking, newest_rankings
from apps.charts.selectors.play_counts import NO_COUNTS, TrackCounts, track_counts
from apps.charts.selectors.tracks import similar_tracks_of, urls_at_services
from apps.tunemeld.labels import ButtonLabelType, button_label, icon_path, service_labels
from apps.tunemeld.query_cost import DEFAULT_SIMILAR, MAX_SIMILAR

UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


def abbreviated(count: int | None) -> str | None:
    """The count in thousands, millions or billions: 1234567 as 1.2M."""
    if count is None:
        return None
    for size, unit in UNITS:
        # A count that rounds to 1000 of a unit is shown in the next unit.
        if count >= size - size // 2000:
            return f"{count / size:.1f}".removesuffix(".0") + unit
    return str(count)


def formatted(percentage: float | None) -> str | None:
    """The percentage with its sign: 2.345 as +2.3%."""
    if percentage is None:
        return None
    return f"{percentage:+.1f}".replace("+0.0", "0").replace("-0.0", "0").removesuffix(".0") + "%"


def as_json(histories: Mapping[str, CountHistoryPayload]) -> dict[str, Any]:
    """By service: the current count, its time, and the last 30 days, newest first."""
    return {
        service: {
            "current": history.current,
            "last_updated": history.last_updated.isoformat() if history.last_updated else None,
            "historical": to_builtins(history.historical[::-1]),
        }
        for service, history in histories.items()
    }


@strawberry.type(description="A track's play counts; null if unknown.")
class TrackPlayCountType:
    isrc: str
    spotify_current_play_count: float | None
    spotify_weekly_change_percentage: float | None
    spotify_updated_at: datetime | None
    spotify_current_play_count_abbreviated: str | None
    spotify_weekly_change_percentage_formatted: str | None
    apple_music_current_play_count: float | None
    apple_music_weekly_change_percentage: float | None
    apple_music_updated_at: datetime | None
    apple_music_current_play_count_abbreviated: str | None
    apple_music_weekly_change_percentage_formatted: str | None
    youtube_current_play_count: float | None
    youtube_weekly_change_percentage: float | None
    youtube_updated_at: datetime | None
    youtube_current_play_count_abbreviated: str | None
    youtube_weekly_change_percentage_formatted: str | None
    soundcloud_current_play_count: float | None
    soundcloud_weekly_change_percentage: float | None
    soundcloud_updated_at: datetime | None
    soundcloud_current_play_count_abbreviated: str | None
    soundcloud_weekly_change_percentage_formatted: str | None
    total_current_play_count: float | None
    total_weekly_change_percentage: float | None
    total_current_play_count_abbreviated: str | None
    total_weekly_change_percentage_formatted: str | None


def play_counts(isrc: str, counts: TrackCounts) -> TrackPlayCountType:
    values = _columns("total", counts.total, counts.total_growth)
    for service in MusicService.values:
        current = counts.current(service)
        values |= _columns(service, current.view_count if current else None, counts.growth.get(service))
        values[f"{service}_updated_at"] = current.last_updated if current else None
    return TrackPlayCountType(isrc=isrc, **values)


def _columns(of: str, count: int | None, percentage: float | None) -> dict[str, Any]:
    return {
        f"{of}_current_play_count": count,
        f"{of}_weekly_change_percentage": percentage,
        f"{of}_current_play_count_abbreviated": abbreviated(count),
        f"{of}_weekly_change_percentage_formatted": formatted(percentage),
    }


# Longer names are cut between words.
MAX_SHOWN = 30
# Of texts that a response repeats.
MAX_ARGUMENT = 50


def absolute(info: Info, path: str) -> str:
    """The absolute URL of a path, because clients may be on another origin."""
    return f"{info.context.base_url}{path}"


@strawberry.type(description="A music service, and the URL of a track there.")
class ServiceType:
    name: str
    display_name: str
    url: str | None

    @strawberry.field
    def icon_url(self, info: Info) -> str:
        return absolute(info, icon_path(self.name))

    @strawberry.field
    def url_field(self) -> str | None:
        """The field of a track with its URL at this service."""
        return f"{_camel(self.name)}Url"

    @strawberry.field
    def source_field(self) -> str | None:
        """The field of a track with this type."""
        return f"{_camel(self.name)}Source"

    @strawberry.field
    def button_labels(self) -> list[ButtonLabelType]:
        return service_labels(self.name)


def service_type(service: str, url: str | None = None) -> ServiceType:
    return ServiceType(
        name=service,
        display_name=SERVICES[MusicService(service)],
        url=url,
    )


class TrackBatch:
    """The tracks of one list of a response; their data is read in one query of each kind."""

    def __init__(self, tracks: Sequence[ChartTrack], rankings: Mapping[int, Ranking] | None = None) -> None:
        self.tracks = tracks
        self._rankings = rankings
        self._similar: dict[int, dict[str, list[TrackType]]] = {}

    def types(self) -> "list[TrackType]":
        return [TrackType(track=track, batch=self) for track in self.tracks]

    @cached_property
    def counts(self) -> dict[str, TrackCounts]:
        return track_counts([track.isrc for track in self.tracks])

    @cached_property
    def urls(self) -> dict[tuple[int, str], str]:
        return urls_at_services(self.tracks)

    def similar(self, track: ChartTrack, limit: int) -> "list[TrackType]":
        """The similar tracks of all tracks are read together."""
        if limit not in self._similar:
            found = similar_tracks_of([one.isrc for one in self.tracks], limit=limit)
            others = {other.pk: other for similar in found.values() for other, _ in similar}
            types = {one.track.isrc: one for one in types_of(list(others.values()))}
            self._similar[limit] = {
                isrc: [types[other.isrc] for other, _ in similar] for isrc, similar in found.items()
            }
        return list(self._similar[limit][track.isrc])

    @cached_property
    def rankings(self) -> Mapping[int, Ranking]:
        """By track: the rankings of the list itself, otherwise those on the newest chart with the track."""
        return newest_rankings(self.tracks) if self._rankings is None else self._rankings


UNRANKED = Ranking("")


@strawberry.type(description="A recording that is, or was, on a chart; null if unknown.")
class TrackType:
    track: strawberry.Private[ChartTrack]
    batch: strawberry.Private[TrackBatch]

    @property
    def _ranking(self) -> Ranking:
        return self.batch.rankings.get(self.track.pk, UNRANKED)

    @property
    def _counts(self) -> TrackCounts:
        return self.batch.counts.get(self.track.isrc, NO_COUNTS)

    def _count(self, service: str) -> float | None:
        current = self._counts.current(service)
        return current.view_count if current else None

    def _url(self, service: str) -> str | None:
        return self.batch.urls.get((self.track.pk, service))

    def _source(self, service: str) -> ServiceType | None:
        url = self._url(service)
        return service_type(service, url) if url else None

    @strawberry.field
    def id(self) -> int:
        return self.track.pk

    @strawberry.field
    def isrc(self) -> str:
        return self.track.isrc

    @strawberry.field
    def album_name(self) -> str | None:
        return self.track.album or None

    @strawberry.field
    def album_cover_url(self) -> str | None:
        return self.track.cover_url or None

    @strawberry.field
    def track_name(self) -> str | None:
        return cut(self.track.name)

    @strawberry.field
    def artist_name(self) -> str | None:
        return cut(self.track.artist)

    @strawberry.field
    def full_track_name(self) -> str | None:
        return self.track.name

    @strawberry.field
    def full_artist_name(self) -> str | None:
        return self.track.artist

    @strawberry.field
    def spotify_url(self) -> str | None:
        return self._url(MusicService.SPOTIFY)

    @strawberry.field
    def apple_music_url(self) -> str | None:
        return self._url(MusicService.APPLE_MUSIC)

    @strawberry.field
    def youtube_url(self) -> str | None:
        return self._url(MusicService.YOUTUBE)

    @strawberry.field
    def soundcloud_url(self) -> str | None:
        return self._url(MusicService.SOUNDCLOUD)

    @strawberry.field
    def spotify_source(self) -> ServiceType | None:
        return self._source(MusicService.SPOTIFY)

    @strawberry.field
    def apple_music_source(self) -> ServiceType | None:
        return self._source(MusicService.APPLE_MUSIC)

    @strawberry.field
    def soundcloud_source(self) -> ServiceType | None:
        return self._source(MusicService.SOUNDCLOUD)

    @strawberry.field
    def youtube_source(self) -> ServiceType | None:
        return self._source(MusicService.YOUTUBE)

    @strawberry.field(description="The rank on this list's chart, or on the newest chart.")
    def tunemeld_rank(self) -> int | None:
        return self._ranking.rank

    @strawberry.field
    def aggregate_rank(self) -> int | None:
        return self._ranking.rank

    @strawberry.field(description="The sum of its ranks; lower is better.")
    def aggregate_score(self) -> float | None:
        return self._ranking.points

    @strawberry.field
    def spotify_rank(self) -> int | None:
        return self._ranking.ranks.get(MusicService.SPOTIFY)

    @strawberry.field
    def apple_music_rank(self) -> int | None:
        return self._ranking.ranks.get(MusicService.APPLE_MUSIC)

    @strawberry.field
    def soundcloud_rank(self) -> int | None:
        return self._ranking.ranks.get(MusicService.SOUNDCLOUD)

    @strawberry.field
    def updated_at(self) -> datetime | None:
        return self._ranking.since

    @strawberry.field
    def total_current_play_count(self) -> float | None:
        return self._counts.total

    @strawberry.field(description="In per cent, from services that were counted on both days.")
    def total_weekly_change_percentage(self) -> float | None:
        return self._counts.total_growth

    @strawberry.field
    def spotify_current_play_count(self) -> float | None:
        return self._count(MusicService.SPOTIFY)

    @strawberry.field
    def youtube_current_play_count(self) -> float | None:
        return self._count(MusicService.YOUTUBE)

    @strawberry.field(
        description="By service: `current`, `last_updated` and `historical`, the last 30 days with the newest"
        " first: `date`, `count`, `delta`, and `status` (`ok`, `anomaly`, `stale`, `failed` or `missing`)."
    )
    def view_count_data_json(self) -> JSON:
        return JSON(as_json(self._counts.histories))

    @strawberry.field
    def button_labels(self) -> list[ButtonLabelType]:
        names = f"{self.track.name} by {self.track.artist}"
        return [
            button_label("source_icon", service, _listen(names, service, self._ranking), f"{names} on {name}")
            for service, name in SERVICES.items()
            if self._url(service)
        ]

    @strawberry.field(
        description=f"At most {MAX_SIMILAR}, the most similar first; empty without audio features."
    )
    def similar_tracks(self, limit: int = DEFAULT_SIMILAR) -> "list[TrackType]":
        return self.batch.similar(self.track, min(MAX_SIMILAR, max(0, limit)))

    @strawberry.field(
        description="The URL of the page that plays it. Null if an argument has more than"
        f" {MAX_ARGUMENT} characters."
    )
    def track_detail_url(self, genre: str, rank: str, player: str) -> str | None:
        if max(map(len, (genre, rank, player))) > MAX_ARGUMENT:
            return None  # each track of a list would repeat it
        return f"/?{_detail_query(genre, rank, player)}&isrc={self.track.isrc}"


@lru_cache(maxsize=64)
def _detail_query(genre: str, rank: str, player: str) -> str:
    """The part of the URL that is the same for all tracks of a list, and costs most."""
    return urlencode({"genre": genre, "rank": rank, "player": player})


def _listen(names: str, service: str, ranking: Ranking) -> str:
    rank = ranking.ranks.get(service)
    position = f", number {rank} there" if rank else ""
    return f"Listen to {names} on {SERVICES[MusicService(service)]}{position}"


def cut(name: str) -> str:
    """The name, cut to MAX_SHOWN characters with an ellipsis, between words if possible."""
    if len(name) <= MAX_SHOWN:
        return name
    whole, _, _ = name[: MAX_SHOWN + 1].rpartition(" ")
    return (whole.rstrip() or name[:MAX_SHOWN]) + "…"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def types_of(tracks: Sequence[ChartTrack], rankings: Mapping[int, Ranking] | None = None) -> list[TrackType]:
    return TrackBatch(tracks, rankings).types()
