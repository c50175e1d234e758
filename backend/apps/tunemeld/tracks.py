"""Tracks of charts. What the tracks of a response need is read for all of them, once the first needs it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

import strawberry
from strawberry.scalars import JSON
from strawberry.types import Info

from apps.charts.audio_features import similar_to
from apps.charts.genres import SERVICES, MusicService
from apps.charts.models import ChartTrack
from apps.charts.selectors.charts import Ranking, newest_rankings
from apps.charts.selectors.play_counts import NO_COUNTS, TrackCounts, track_counts
from apps.charts.selectors.tracks import urls_at_services
from apps.tunemeld.labels import ButtonLabelType, button_label, icon_path, service_labels
from apps.tunemeld.play_counts import as_json
from apps.tunemeld.query_cost import DEFAULT_SIMILAR, MAX_SIMILAR

# Longer names are cut between words.
MAX_SHOWN = 30
# Of texts that a response repeats.
MAX_ARGUMENT = 50


def absolute(info: Info, path: str) -> str:
    """The URL of a path of this server: relative ones mean nothing to a page on another origin."""
    return f"{info.context.base_url}{path}"


@strawberry.type(description="A music service, and where something is there.")
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


class Peers:
    """Tracks of one response."""

    def __init__(self, tracks: Sequence[ChartTrack], rankings: Mapping[int, Ranking] | None = None) -> None:
        self.tracks = tracks
        self._rankings = rankings
        self._similar: dict[int, dict[str, list[TrackType]]] = {}

    def types(self) -> "list[TrackType]":
        return [TrackType(track=track, peers=self) for track in self.tracks]

    @cached_property
    def counts(self) -> dict[str, TrackCounts]:
        return track_counts([track.isrc for track in self.tracks])

    @cached_property
    def urls(self) -> dict[tuple[int, str], str]:
        return urls_at_services(self.tracks)

    def similar(self, track: ChartTrack, limit: int) -> "list[TrackType]":
        """Those of all tracks are read together, too."""
        if limit not in self._similar:
            found = similar_to([one.isrc for one in self.tracks], limit=limit)
            others = {other.pk: other for similar in found.values() for other, _ in similar}
            types = {one.track.isrc: one for one in types_of(list(others.values()))}
            self._similar[limit] = {
                isrc: [types[other.isrc] for other, _ in similar] for isrc, similar in found.items()
            }
        return list(self._similar[limit][track.isrc])

    @cached_property
    def rankings(self) -> Mapping[int, Ranking]:
        """By track: given with the list that they come from, else on the newest chart that has them."""
        return newest_rankings(self.tracks) if self._rankings is None else self._rankings


UNRANKED = Ranking("")


@strawberry.type(description="A recording that is, or was, on a chart; null is not known.")
class TrackType:
    track: strawberry.Private[ChartTrack]
    peers: strawberry.Private[Peers]

    @property
    def _ranking(self) -> Ranking:
        return self.peers.rankings.get(self.track.pk, UNRANKED)

    @property
    def _counts(self) -> TrackCounts:
        return self.peers.counts.get(self.track.isrc, NO_COUNTS)

    def _count(self, service: str) -> float | None:
        current = self._counts.current(service)
        return current.view_count if current else None

    def _url(self, service: str) -> str | None:
        return self.peers.urls.get((self.track.pk, service))

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

    @strawberry.field(description="The rank in this list's chart, or in the newest one.")
    def tunemeld_rank(self) -> int | None:
        return self._ranking.rank

    @strawberry.field
    def aggregate_rank(self) -> int | None:
        return self._ranking.rank

    @strawberry.field(description="The sum of its ranks; less is better.")
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

    @strawberry.field(description="In per cent, of services counted on both days.")
    def total_weekly_change_percentage(self) -> float | None:
        return self._counts.total_growth

    @strawberry.field
    def spotify_current_play_count(self) -> float | None:
        return self._count(MusicService.SPOTIFY)

    @strawberry.field
    def youtube_current_play_count(self) -> float | None:
        return self._count(MusicService.YOUTUBE)

    @strawberry.field(
        description="By service: `current`, `last_updated`, and `historical` of the last 30 days, the newest"
        " first, each `date`, `count`, `delta`, `status`: `ok`, `anomaly`, `stale`, `failed` or `missing`."
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
        description=f"The most similar first, at most {MAX_SIMILAR}; none where its sound is unknown."
    )
    def similar_tracks(self, limit: int = DEFAULT_SIMILAR) -> "list[TrackType]":
        return self.peers.similar(self.track, min(MAX_SIMILAR, max(0, limit)))

    @strawberry.field(
        description="The address of the page that plays it. Null where an argument has more than"
        f" {MAX_ARGUMENT} characters."
    )
    def track_detail_url(self, genre: str, rank: str, player: str) -> str | None:
        if max(map(len, (genre, rank, player))) > MAX_ARGUMENT:
            return None  # each track of a list would repeat it
        query = {"genre": genre, "rank": rank, "player": player, "isrc": self.track.isrc}
        return f"/?{urlencode(query)}"


def _listen(names: str, service: str, ranking: Ranking) -> str:
    rank = ranking.ranks.get(service)
    position = f", number {rank} there" if rank else ""
    return f"Listen to {names} on {SERVICES[MusicService(service)]}{position}"


def cut(name: str) -> str:
    """At most MAX_SHOWN characters and an ellipsis, between words where there are any."""
    if len(name) <= MAX_SHOWN:
        return name
    whole, _, _ = name[: MAX_SHOWN + 1].rpartition(" ")
    return (whole.rstrip() or name[:MAX_SHOWN]) + "…"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def types_of(tracks: Sequence[ChartTrack], rankings: Mapping[int, Ranking] | None = None) -> list[TrackType]:
    return Peers(tracks, rankings).types()
