"""The GraphQL schema: its queries, and one mutation that purges the caches of a track's counts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types import Info

from apps.charts.genres import SERVICES, Genre
from apps.charts.selectors.play_counts import NO_COUNTS, track_counts
from apps.charts.selectors.tracks import EMBEDS, embed_url, find_chart_track, known_isrcs
from apps.counts.cache import invalidate_views
from apps.counts.models import CountedService
from apps.tunemeld import labels, lists
from apps.tunemeld.query_cost import MAX_ISRCS, query_error
from apps.tunemeld.tracks import (
    ServiceType,
    TrackPlayCountType,
    TrackType,
    play_counts,
    service_type,
    types_of,
)
from core.errors import RateLimited
from core.identity import Caller
from core.rate_limits import COUNT_REFRESHES, check_rate_limit


def refresh(isrc: str, *, caller: Caller) -> TrackType | None:
    """Invalidates a track's cached counts; None if no chart has had the ISRC. Raises GraphQLError."""
    try:
        check_rate_limit(COUNT_REFRESHES, caller.counted_as)
    except RateLimited as error:
        raise query_error(error.message, error.code) from None
    track = find_chart_track(isrc)
    if track is None:
        return None
    invalidate_views((isrc, service) for service in CountedService.values)
    return types_of([track])[0]


class AboutCharts(FieldExtension):
    """Marks fields of charts: the response then contains whether they are made of samples."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        info.context.is_about_charts = True
        return next_(source, info, **arguments)


@strawberry.type(description="How a service's player is embedded in a page.")
class IframeConfigType:
    service_name: str
    embed_base_url: str
    embed_params: str | None
    allow: str
    height: str
    referrer_policy: str | None


@strawberry.type
class Query:
    @strawberry.field(description="A track that is, or was, on a chart.", extensions=[AboutCharts()])
    def track_by_isrc(self, isrc: str) -> TrackType | None:
        track = find_chart_track(isrc)
        return types_of([track])[0] if track else None

    @strawberry.field
    def service_order(self) -> list[str]:
        return [str(service) for service in labels.SERVICE_ORDER]

    @strawberry.field(
        description="The chart (`tunemeld`), or the last good list of one service; either may be empty."
        " Null only for an unknown genre or service.",
        extensions=[AboutCharts()],
    )
    def playlist(self, info: Info, genre: str, service: str) -> lists.PlaylistType | None:
        return lists.playlist(info, genre, service)

    @strawberry.field(
        description="The chart (`tunemeld`) and the header of each service's list; empty for an unknown"
        " genre.",
        extensions=[AboutCharts()],
    )
    def playlists_by_genre(self, info: Info, genre: str) -> list[lists.PlaylistMetadataType]:
        return lists.metadata(genre, base_url=info.context.base_url)

    @strawberry.field(description="When the genre's newest chart was published.", extensions=[AboutCharts()])
    def updated_at(self, genre: str) -> datetime | None:
        edition = lists.newest_edition(genre)
        return edition.published_at if edition else None

    @strawberry.field
    def ranks(self) -> list[lists.RankType]:
        return lists.ranks()

    @strawberry.field
    def services(self) -> list[lists.ServiceModelType]:
        return lists.services()

    @strawberry.field
    def service_configs(self) -> list[ServiceType]:
        return [service_type(service) for service in SERVICES]

    @strawberry.field
    def iframe_configs(self) -> list[IframeConfigType]:
        return [
            IframeConfigType(
                service_name=service,
                embed_base_url=embed.base_url,
                embed_params=embed.params,
                allow=embed.allow,
                height=embed.height,
                referrer_policy=embed.referrer_policy,
            )
            for service, embed in EMBEDS.items()
        ]

    @strawberry.field(description="Null unless the URL is that of a track at this service.")
    def generate_iframe_url(self, service_name: str, track_url: str) -> str | None:
        return embed_url(service_name, track_url)

    @strawberry.field
    def rank_button_labels(self, rank_type: str) -> list[labels.ButtonLabelType]:
        return labels.rank_labels(rank_type)

    @strawberry.field
    def misc_button_labels(
        self, button_type: str, context: str | None = None
    ) -> list[labels.ButtonLabelType]:
        return labels.misc_labels(button_type, context)

    @strawberry.field
    def genres(self) -> list[lists.GenreType]:
        return lists.genres()

    @strawberry.field
    def default_genre(self) -> str:
        return Genre.POP.value

    @strawberry.field(description="Null if no chart has had this ISRC.", extensions=[AboutCharts()])
    def track_play_count(self, isrc: str) -> TrackPlayCountType | None:
        found = _play_counts([isrc])
        return found[0] if found else None

    @strawberry.field(
        description="In the requested order, without ISRCs that no chart has had.",
        extensions=[AboutCharts()],
    )
    def tracks_play_counts(self, isrcs: list[str]) -> list[TrackPlayCountType]:
        if len(isrcs) > MAX_ISRCS:
            raise query_error(f"At most {MAX_ISRCS} ISRCs in one request.")
        return _play_counts(isrcs)


def _play_counts(isrcs: list[str]) -> list[TrackPlayCountType]:
    known = known_isrcs(isrcs)
    wanted = [isrc for isrc in dict.fromkeys(isrcs) if isrc in known]
    counts = track_counts(wanted)
    return [play_counts(isrc, counts.get(isrc, NO_COUNTS)) for isrc in wanted]


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Reads a track's counts again, not from the cache; up to 10 times a minute per caller.",
        extensions=[AboutCharts()],
    )
    def refresh_view_counts(self, info: Info, isrc: str) -> TrackType | None:
        return refresh(isrc, caller=info.context.caller)
