"""What one person does, by the days and hours of a time zone."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.analytics.favourites import ARTIST, GENRE, top_named, top_tracks
from apps.analytics.models import HOURS_A_DAY, Kind, PersonQuarterCount, PersonTrackCount
from apps.analytics.payloads import (
    CountsByTypePayload,
    DateCountPayload,
    EngagementPayload,
    NamedCountPayload,
    TrackCountPayload,
)
from apps.analytics.quarters import local_time
from apps.analytics.selectors import RECENT_DAYS
from apps.tracks.payloads import track_payload
from core.pagination import MAX_ROWS

# Artists, genres and tracks that a person is shown.
FAVOURITES = 10
RATE_DIGITS = 4


def engagement_of(user_id: int, *, now: datetime, zone: ZoneInfo) -> EngagementPayload:
    """All since ever, but for `activities_7d`, which is the zone's today and the six days before it.

    `by_day` has the days on which there was anything, in order, the latest 1,000 of them.
    """
    by_kind, by_day, by_hour = _when(user_id, zone)
    since = now.astimezone(zone).date() - timedelta(days=RECENT_DAYS - 1)
    tracks = PersonTrackCount.objects.filter(user_id=user_id)
    artists, genres = (top_named(tracks, by, most=FAVOURITES) for by in (ARTIST, GENRE))
    return EngagementPayload(
        user_id=user_id,
        activities=by_kind.total(),
        activities_7d=sum(count for day, count in by_day.items() if day >= since),
        by_type=CountsByTypePayload(**by_kind),
        like_rate=_rate(by_kind, Kind.LIKE),
        skip_rate=_rate(by_kind, Kind.SKIP),
        top_artists=[NamedCountPayload(one.name, one.count) for one in artists],
        top_genres=[NamedCountPayload(one.name, one.count) for one in genres],
        top_tracks=[
            TrackCountPayload(track_payload(track), count)
            for track, count, _ in top_tracks(tracks, most=FAVOURITES)
        ],
        by_day=[DateCountPayload(day, by_day[day]) for day in sorted(by_day)[-MAX_ROWS:]],
        by_hour=[by_hour[hour] for hour in range(HOURS_A_DAY)],
    )


def _when(user_id: int, zone: ZoneInfo) -> tuple[Counter[str], Counter[date], Counter[int]]:
    """Counts by kind, by day and by hour of the day."""
    by_kind: Counter[str] = Counter()
    by_day: Counter[date] = Counter()
    by_hour: Counter[int] = Counter()
    counts = PersonQuarterCount.objects.filter(user_id=user_id)
    for quarter, kind, count in counts.values_list("quarter", "kind", "count"):
        at = local_time(quarter, zone)
        by_kind[kind] += count
        by_day[at.date()] += count
        by_hour[at.hour] += count
    return by_kind, by_day, by_hour


def _rate(by_kind: Counter[str], kind: Kind) -> float | None:
    plays = by_kind[Kind.PLAY]
    return round(by_kind[kind] / plays, RATE_DIGITS) if plays else None
