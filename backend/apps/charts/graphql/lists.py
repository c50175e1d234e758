"""Lists of tracks: the chart of a genre, and what each service says."""

from collections.abc import Sequence
from datetime import datetime

import strawberry
from django.db.models import QuerySet
from strawberry.types import Info

from apps.charts.genres import GENRES, SERVICES, Genre
from apps.charts.graphql.tracks import Place, TrackType, absolute, place_of, types_of
from apps.charts.graphql.words import (
    CONSENSUS,
    CONSENSUS_NAME,
    ORDERS,
    SERVICE_ORDER,
    ButtonLabelType,
    genre_labels,
    icon_path,
)
from apps.charts.models import Edition, EditionEntry, RawEdition, RawEntry, Status
from apps.charts.selectors import list_headers


@strawberry.type
class GenreType:
    id: int
    name: str
    display_name: str

    @strawberry.field
    def icon_url(self, info: Info) -> str | None:
        return absolute(info, icon_path(self.name))

    @strawberry.field
    def button_labels(self) -> list[ButtonLabelType]:
        return genre_labels(self.name)


@strawberry.type(description="One way to sort a chart.")
class RankType:
    name: str
    display_name: str
    sort_field: str
    sort_order: str
    is_default: bool
    data_field: str


@strawberry.type
class ServiceModelType:
    name: str
    display_name: str

    @strawberry.field
    def icon_url(self, info: Info) -> str:
        return absolute(info, icon_path(self.name))


@strawberry.type(description="What a service says of one of its lists; of `tunemeld`, the chart itself.")
class PlaylistMetadataType:
    playlist_name: str
    playlist_cover_url: str
    playlist_cover_description_text: str
    playlist_url: str
    genre_name: str
    service_name: str
    service_display_name: str
    debug_cache_status: str | None = None

    @strawberry.field
    def service_icon_url(self, info: Info) -> str:
        return absolute(info, icon_path(self.service_name))


@strawberry.type
class PlaylistType:
    genre_name: str
    service_name: str
    tracks: list[TrackType]
    updated_at: datetime | None


def genres() -> list[GenreType]:
    return [
        GenreType(id=number, name=genre, display_name=name)
        for number, (genre, name) in enumerate(GENRES.items(), 1)
    ]


def ranks() -> list[RankType]:
    return [
        RankType(
            name=order.name,
            display_name=order.display_name,
            sort_field=order.sort_field,
            sort_order=order.sort_order,
            is_default=order is ORDERS[0],
            data_field=order.data_field,
        )
        for order in ORDERS
    ]


def services() -> list[ServiceModelType]:
    return [ServiceModelType(name=service, display_name=name) for service, name in SERVICES.items()]


def _newest(genre: str) -> "QuerySet[Edition]":
    return Edition.objects.filter(genre=genre, published_at__isnull=False).order_by("-issued_on")


def newest_edition(genre: str) -> Edition | None:
    """None also for a genre that is none, which may be text that no database takes."""
    return _newest(genre).first() if genre in Genre.values else None


def playlist(genre: str, service: str) -> PlaylistType | None:
    """The chart, or the last good list of one service; None only for a genre or service that is unknown."""
    if genre not in Genre.values or service not in {CONSENSUS, *SERVICES}:
        return None
    found = _consensus(genre) if service == CONSENSUS else _list_of(genre, service)
    return found or PlaylistType(genre_name=genre, service_name=service, tracks=[], updated_at=None)


def _consensus(genre: str) -> PlaylistType | None:
    entries = _newest_entries(genre)
    edition = entries[0].edition if entries else newest_edition(genre)
    if edition is None:
        return None
    places = {entry.track_id: place_of(entry) for entry in entries}
    tracks = types_of([entry.track for entry in entries], places)
    return PlaylistType(
        genre_name=genre, service_name=CONSENSUS, tracks=tracks, updated_at=edition.published_at
    )


def _list_of(genre: str, service: str) -> PlaylistType | None:
    """Of its tracks those that are known; each with its place on the chart, if it has one there."""
    good = RawEdition.objects.filter(genre=genre, service=service, status=Status.OK).order_by("-issued_on")
    listed = RawEntry.objects.filter(edition__in=good.values("pk")[:1]).select_related("track", "edition")
    entries = list(listed.order_by("rank"))
    edition = entries[0].edition if entries else good.first()
    if edition is None:
        return None
    lines = [line for line in entries if line.track]
    tracks = [line.track for line in lines if line.track]
    return PlaylistType(
        genre_name=genre,
        service_name=service,
        tracks=types_of(tracks, _places(genre, service, lines)),
        updated_at=edition.fetched_at,
    )


def _places(genre: str, service: str, lines: Sequence[RawEntry]) -> dict[int, Place]:
    on_chart = {entry.track_id: place_of(entry) for entry in _newest_entries(genre)}
    alone = {
        line.track_id: Place(genre, ranks={service: line.rank}) for line in reversed(lines) if line.track_id
    }
    return {**alone, **on_chart}


def _newest_entries(genre: str) -> list[EditionEntry]:
    """Of the newest chart, with it, in one query."""
    entries = EditionEntry.objects.filter(edition__in=_newest(genre).values("pk")[:1])
    return list(entries.select_related("track", "edition").order_by("rank"))


def metadata(genre: str, *, base_url: str) -> list[PlaylistMetadataType]:
    """The chart, then the last good list of each service in their order; of an unknown genre, nothing."""
    if genre not in Genre.values:
        return []
    headers = list_headers(genre)
    lists = [
        PlaylistMetadataType(
            playlist_name=header.name,
            playlist_cover_url=header.cover_url,
            playlist_cover_description_text=header.description,
            playlist_url=header.url,
            genre_name=genre,
            service_name=service,
            service_display_name=SERVICES[service],
        )
        for service in SERVICE_ORDER
        if (header := headers.get(service))
    ]
    return [_consensus_metadata(genre, base_url), *lists]


def _consensus_metadata(genre: str, base_url: str) -> PlaylistMetadataType:
    covers = (entry.track.cover_url for entry in _newest_entries(genre))
    *first, last = (SERVICES[service] for service in SERVICE_ORDER)
    return PlaylistMetadataType(
        playlist_name=f"{GENRES[Genre(genre)]} chart",
        playlist_cover_url=next(filter(None, covers), ""),
        playlist_cover_description_text=f"Curated {genre} tracks from {', '.join(first)} and {last}",
        playlist_url=f"{base_url}/?genre={genre}",
        genre_name=genre,
        service_name=CONSENSUS,
        service_display_name=CONSENSUS_NAME,
    )
