"""Tracks of charts. What tracks of one answer need is read for all of them, when the first of them asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

import strawberry
from strawberry.scalars import JSON
from strawberry.types import Info

from apps.charts.genres import SERVICES, MusicService
from apps.charts.graphql.counts import Figures, as_json, figures_of
from apps.charts.graphql.limits import DEFAULT_SIMILAR, MAX_SIMILAR
from apps.charts.graphql.words import (
    ButtonLabelType,
    button_label,
    icon_path,
    service_labels,
)
from apps.charts.models import ChartTrack, EditionEntry, ServiceTrack
from apps.charts.sounding import similar_to

# Longer names are cut between words.
MAX_SHOWN = 30


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
        """The field of a track with its address at this service."""
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a track stands on a chart: its rank, the sum behind that, and its ranks at the services."""

    genre: str
    rank: int | None = None
    points: float | None = None
    ranks: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None


class Peers:
    """Tracks that stand in one answer together."""

    def __init__(self, tracks: Sequence[ChartTrack], places: Mapping[int, Place] | None = None) -> None:
        self.tracks = tracks
        self._places = places
        self._similar: dict[int, dict[str, list[TrackType]]] = {}

    def types(self) -> "list[TrackType]":
        return [TrackType(track=track, peers=self) for track in self.tracks]

    @cached_property
    def figures(self) -> dict[str, Figures]:
        return figures_of([track.isrc for track in self.tracks])

    @cached_property
    def urls(self) -> dict[tuple[int, str], str]:
        """By track and service; of several the first that was known."""
        known = ServiceTrack.objects.filter(track__in=self.tracks).exclude(url="").order_by("-id")
        return {(track, service): url for track, service, url in known.values_list("track", "service", "url")}

    def similar(self, track: ChartTrack, limit: int) -> "list[TrackType]":
        """Those of all tracks stand in one answer together, too."""
        if limit not in self._similar:
            found = similar_to([one.isrc for one in self.tracks], limit=limit)
            others = {other.pk: other for likest in found.values() for other, _ in likest}
            types = {one.track.isrc: one for one in types_of(list(others.values()))}
            self._similar[limit] = {
                isrc: [types[other.isrc] for other, _ in likest] for isrc, likest in found.items()
            }
        return list(self._similar[limit][track.isrc])

    @cached_property
    def places(self) -> Mapping[int, Place]:
        """By track: given with the list that they come from, else on the newest chart that has them."""
        return places_of(self.tracks) if self._places is None else self._places


def places_of(tracks: Sequence[ChartTrack]) -> dict[int, Place]:
    entries = (
        EditionEntry.objects.filter(track__in=tracks, edition__published_at__isnull=False)
        .order_by("edition__issued_on", "-rank")
        .select_related("edition")
    )
    return {entry.track_id: place_of(entry) for entry in entries}


def place_of(entry: EditionEntry) -> Place:
    return Place(entry.edition.genre, entry.rank, entry.points, entry.ranks, entry.edition.published_at)


NOWHERE = Place("")


@strawberry.type(description="A recording that is, or was, on a chart; null is not known.")
class TrackType:
    track: strawberry.Private[ChartTrack]
    peers: strawberry.Private[Peers]

    @property
    def _place(self) -> Place:
        return self.peers.places.get(self.track.pk, NOWHERE)

    @property
    def _figures(self) -> Figures:
        return self.peers.figures.get(self.track.isrc, Figures())

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

    @strawberry.field(description="The chart's rank, of the list that this stands in or the newest one.")
    def tunemeld_rank(self) -> int | None:
        return self._place.rank

    @strawberry.field
    def aggregate_rank(self) -> int | None:
        return self._place.rank

    @strawberry.field(description="The sum of its ranks; less is better.")
    def aggregate_score(self) -> float | None:
        return self._place.points

    @strawberry.field
    def spotify_rank(self) -> int | None:
        return self._place.ranks.get(MusicService.SPOTIFY)

    @strawberry.field
    def apple_music_rank(self) -> int | None:
        return self._place.ranks.get(MusicService.APPLE_MUSIC)

    @strawberry.field
    def soundcloud_rank(self) -> int | None:
        return self._place.ranks.get(MusicService.SOUNDCLOUD)

    @strawberry.field
    def updated_at(self) -> datetime | None:
        return self._place.since

    @strawberry.field
    def total_current_play_count(self) -> float | None:
        return self._figures.total

    @strawberry.field(description="In per cent, of services counted on both days.")
    def total_weekly_change_percentage(self) -> float | None:
        return self._figures.percentage

    @strawberry.field
    def spotify_current_play_count(self) -> float | None:
        return self._figures.at(MusicService.SPOTIFY).count

    @strawberry.field
    def youtube_current_play_count(self) -> float | None:
        return self._figures.at(MusicService.YOUTUBE).count

    @strawberry.field(
        description="By service: `current`, `last_updated`, and `historical` of the last 30 days, the newest"
        " first, each `date`, `count`, `delta`, `status`: `ok`, `anomaly`, `stale`, `failed` or `missing`."
    )
    def view_count_data_json(self) -> JSON:
        return JSON(as_json(self._figures.kept))

    @strawberry.field
    def button_labels(self) -> list[ButtonLabelType]:
        names = f"{self.track.name} by {self.track.artist}"
        return [
            button_label("source_icon", service, _listen(names, service, self._place), f"{names} on {name}")
            for service, name in SERVICES.items()
            if self._url(service)
        ]

    @strawberry.field(
        description=f"The likest first, at most {MAX_SIMILAR}; none where nobody knows how it sounds."
    )
    def similar_tracks(self, limit: int = DEFAULT_SIMILAR) -> "list[TrackType]":
        return self.peers.similar(self.track, min(MAX_SIMILAR, max(0, limit)))

    @strawberry.field(description="The address of the page that plays it.")
    def track_detail_url(self, genre: str, rank: str, player: str) -> str | None:
        query = {"genre": genre, "rank": rank, "player": player, "isrc": self.track.isrc}
        return f"/?{urlencode(query)}"


def _listen(names: str, service: str, place: Place) -> str:
    rank = place.ranks.get(service)
    told = f", number {rank} there" if rank else ""
    return f"Listen to {names} on {SERVICES[MusicService(service)]}{told}"


def cut(name: str) -> str:
    """At most MAX_SHOWN characters and an ellipsis, between words where there are any."""
    if len(name) <= MAX_SHOWN:
        return name
    whole, _, _ = name[: MAX_SHOWN + 1].rpartition(" ")
    return (whole.rstrip() or name[:MAX_SHOWN]) + "…"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def types_of(tracks: Sequence[ChartTrack], places: Mapping[int, Place] | None = None) -> list[TrackType]:
    return Peers(tracks, places).types()
