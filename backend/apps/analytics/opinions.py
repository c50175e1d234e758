"""What people have shown to like and not to like, by track: what recommendations are made from."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Sum

from apps.analytics.models import FAVOURABLE, Activity, Kind, PersonDayCount, PersonTrackCount, TrackDayCount
from apps.analytics.quarters import day_of

# What changes a mind.
OPINIONS = (Kind.LIKE, Kind.DISLIKE, Kind.SKIP)


class TrackDeeds(NamedTuple):
    """How often somebody did something with a track, since ever."""

    user_id: int
    track_id: int
    title: str
    artist: str
    # As search compares it.
    artist_key: str
    kind: str
    times: int


class Opinion(NamedTuple):
    """That somebody liked, disliked or skipped a track."""

    user_id: int
    track_id: int
    artist_key: str
    kind: str


def deeds_of(user_ids: Collection[int], *, most: int) -> list[TrackDeeds]:
    """Of these people together, at most so many: what was done most often, then with the newest tracks."""
    counts = PersonTrackCount.objects.filter(user_id__in=user_ids).order_by("-count", "-track_id", "user_id")
    columns = ("user_id", "track_id", "track__title", "track__artist", "track__artist_key", "kind", "count")
    return [TrackDeeds(*row) for row in counts.values_list(*columns)[:most]]


def opinions_since(user_ids: Collection[int], since: datetime) -> list[Opinion]:
    """Oldest first, so that of two about one track the later one is the later."""
    told = Activity.objects.filter(user_id__in=user_ids, kind__in=OPINIONS, occurred_at__gte=since)
    known = told.filter(track__isnull=False).order_by("occurred_at", "pk")
    columns = ("user_id", "track_id", "track__artist_key", "kind")
    return [Opinion(*row) for row in known.values_list(*columns)]


def everybodys_deeds() -> Iterator[tuple[int, int, str, str, int]]:
    """The person, the track, its artist as search compares it, what was done, and how often; by person."""
    counts = PersonTrackCount.objects.order_by("user_id", "track_id", "kind")
    return counts.values_list("user_id", "track_id", "track__artist_key", "kind", "count").iterator()


def popular_since(now: datetime, *, days: int, most: int) -> list[tuple[int, int]]:
    """Tracks by id that were played, liked or shared in the last `days` UTC days, how often; most first."""
    counts = TrackDayCount.objects.filter(day__gt=day_of(now) - days, kind__in=FAVOURABLE)
    sums = counts.order_by().values_list("track_id").annotate(times=Sum("count"))
    return list(sums.order_by("-times", "track_id")[:most])


def people_active_since(moment: datetime) -> list[int]:
    """The ids of who did anything on that UTC day, or after it."""
    counts = PersonDayCount.objects.filter(day__gte=day_of(moment)).order_by("user_id")
    return list(counts.values_list("user_id", flat=True).distinct())


def last_told_at(user_id: int) -> datetime | None:
    """When this person's latest activity came in."""
    told = Activity.objects.filter(user_id=user_id).order_by("-id")
    return told.values_list("received_at", flat=True).first()
