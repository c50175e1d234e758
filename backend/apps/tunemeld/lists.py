"""Lists of tracks as GraphQL shows them: the chart of a genre and the list of each service."""

from datetime import datetime

import strawberry
from strawberry.types import Info

from apps.charts.genres import GENRES, SERVICES, Genre
from apps.charts.models import Edition
from apps.charts.selectors.charts import Ranking, list_headers, newest_entries, published, shown_entries
from apps.tunemeld.labels import (
    CONSENSUS,
    CONSENSUS_NAME,
    ORDERS,
    SERVICE_ORDER,
    ButtonLabelType,
    genre_labels,
    icon_path,
)
from apps.tunemeld.tracks import TrackType, absolute, types_of


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


@strawberry.type(description="The header of a service's list; for `tunemeld`, of the chart.")
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


def newest_edition(genre: str) -> Edition | None:
    """None also for an unknown genre, which may contain characters that the database rejects."""
    return published(genre).first() if genre in Genre.values else None


def playlist(info: Info, genre: str, service: str) -> PlaylistType | None:
    """The chart, or a service's last good list; None only for an unknown genre or service."""
    if genre not in Genre.values or service not in {CONSENSUS, *SERVICES}:
        return None
    found = _consensus(info, genre) if service == CONSENSUS else _list_of(info, genre, service)
    return found or PlaylistType(genre_name=genre, service_name=service, tracks=[], updated_at=None)


def _consensus(info: Info, genre: str) -> PlaylistType | None:
    entries = newest_entries(genre)
    edition = entries[0].edition if entries else newest_edition(genre)
    if edition is None:
        return None
    info.context.is_sample = edition.is_sample
    rankings = {entry.track_id: Ranking.of(entry) for entry in entries}
    tracks = types_of([entry.track for entry in entries], rankings)
    return PlaylistType(
        genre_name=genre, service_name=CONSENSUS, tracks=tracks, updated_at=edition.published_at
    )


def _list_of(info: Info, genre: str, service: str) -> PlaylistType | None:
    """The known tracks of the list, each with its rank on the chart, otherwise with its rank on the list."""
    shown = shown_entries(genre, service)
    if shown is None:
        return None
    info.context.is_sample = shown.edition.is_sample
    rankings = {
        entry.track_id: Ranking(genre, ranks={service: entry.rank})
        for entry in reversed(shown.entries)
        if entry.track_id
    }
    rankings |= {entry.track_id: Ranking.of(entry) for entry in newest_entries(genre)}
    return PlaylistType(
        genre_name=genre,
        service_name=service,
        tracks=types_of([entry.track for entry in shown.entries if entry.track], rankings),
        updated_at=shown.edition.fetched_at,
    )


def metadata(genre: str, *, base_url: str) -> list[PlaylistMetadataType]:
    """The headers of the chart, then of each service's list in their order; empty for an unknown genre."""
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
    covers = (entry.track.cover_url for entry in newest_entries(genre))
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
