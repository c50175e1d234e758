"""Likes, dislikes and plays by track: what recommendations are made from."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from apps.analytics.models import FAVOURABLE, Activity, Kind, PersonDayCount, PersonTrackCount, TrackDayCount
from apps.analytics.time_buckets import day_of
from apps.users.models import User

# What changes a mind.
OPINIONS = (Kind.LIKE, Kind.DISLIKE, Kind.SKIP)


class TrackInteractions(NamedTuple):
    """How often a user did something with a track, over all time."""

    user_id: int
    track_id: int
    title: str
    artist: str
    # As search compares it.
    artist_key: str
    kind: str
    times: int


class Opinion(NamedTuple):
    """A like, dislike or skip of a track by a user."""

    user_id: int
    track_id: int
    artist_key: str
    kind: str


def interactions_of(user_ids: Collection[int], *, most: int) -> list[TrackInteractions]:
    """Of these users together, up to `most`: the most frequent first, then those with the newest tracks."""
    counts = PersonTrackCount.objects.filter(user_id__in=user_ids).order_by("-count", "-track_id", "user_id")
    columns = ("user_id", "track_id", "track__title", "track__artist", "track__artist_key", "kind", "count")
    return [TrackInteractions(*row) for row in counts.values_list(*columns)[:most]]


def opinions_since(user_ids: Collection[int], since: datetime, *, among: int) -> list[Opinion]:
    """The opinions in the latest `among` activities that each user reported, without plays in rooms.

    The oldest first, so of two opinions about a track the later one is decisive.
    """
    if not user_ids:
        return []
    columns = ("occurred_at", "pk", *Opinion._fields[:2], "track__artist_key", "kind")
    known = Activity.objects.filter(kind__in=OPINIONS, occurred_at__gte=since, track__isnull=False).order_by()
    one, *others = (
        known.filter(pk__in=_reported_by(user_id).values("pk")[:among]).values_list(*columns)
        for user_id in user_ids
    )
    rows: list[Any] = sorted(one.union(*others, all=True))
    return [Opinion(*row[2:]) for row in rows]


def all_interactions() -> Iterator[tuple[int, int, str, str, int]]:
    """The person, the track, its artist as search compares it, what was done, and how often; by person."""
    counts = PersonTrackCount.objects.order_by("user_id", "track_id", "kind")
    return counts.values_list("user_id", "track_id", "track__artist_key", "kind", "count").iterator()


def popular_since(now: datetime, *, days: int, most: int) -> list[tuple[int, int]]:
    """Tracks by id that were played, liked or shared in the last `days` UTC days, how often; most first."""
    counts = TrackDayCount.objects.filter(day__gt=day_of(now) - days, kind__in=FAVOURABLE)
    sums = counts.order_by().values_list("track_id").annotate(times=Sum("count"))
    return list(sums.order_by("-times", "track_id")[:most])


def people_active_since(moment: datetime) -> list[int]:
    """The ids of the users with any activity on that UTC day or later."""
    counts = PersonDayCount.objects.filter(day__gte=day_of(moment)).order_by("user_id")
    return list(counts.values_list("user_id", flat=True).distinct())


def last_reported_at_by_user(user_ids: Collection[int]) -> dict[int, datetime]:
    """When the latest reported activity of each user arrived; users without any are left out."""
    latest = _reported_by(OuterRef("pk")).values("received_at")[:1]
    people = User.objects.filter(pk__in=user_ids).annotate(at=Subquery(latest))
    return {pk: at for pk, at in people.values_list("pk", "at") if at is not None}


def _reported_by(user_id: int | OuterRef) -> "QuerySet[Activity]":
    reported = Activity.objects.filter(user_id=user_id, room_play__isnull=True)
    return reported.order_by("-received_at", "-pk")


def last_activity_at(user_id: int) -> datetime | None:
    """When the user's latest activity arrived, plays in rooms included."""
    latest = Activity.objects.filter(user_id=user_id).order_by("-id")
    return latest.values_list("received_at", flat=True).first()
