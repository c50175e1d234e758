"""The one thing that GraphQL does: counts of a track read anew, for whoever does not believe the cache."""

from apps.charts.graphql.limits import refused
from apps.charts.graphql.tracks import TrackType, types_of
from apps.charts.selectors import track_of
from apps.charts.view_counts.remembering import drop_views
from apps.charts.view_counts.words import CountedService
from core.errors import RateLimited
from core.identity import Caller
from core.limits import COUNT_REFRESHES
from core.rate_limits import count_against


def refresh(isrc: str, *, caller: Caller) -> TrackType | None:
    """None for an ISRC that no chart has had. Raises GraphQLError."""
    try:
        count_against(COUNT_REFRESHES, caller.counted_as)
    except RateLimited as error:
        raise refused(error.message, error.code) from None
    track = track_of(isrc)
    if track is None:
        return None
    drop_views((isrc, service) for service in CountedService.values)
    return types_of([track])[0]
