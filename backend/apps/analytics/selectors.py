"""Reading what everybody does: the summary, and trends. Of the roll-ups alone, never of raw rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.analytics.favourites import ARTIST, GENRE, Standing, top_named, top_tracks
from apps.analytics.models import Activity, DayCount, PersonDayCount, RoomPlayDayCount, TrackDayCount
from apps.analytics.payloads import (
    CountsByTypePayload,
    NamedTrendPayload,
    SummaryPayload,
    TrackTrendPayload,
    TrendsPayload,
)
from apps.analytics.quarters import date_of, day_of
from apps.analytics.upper_apps import recommendations
from apps.tracks.models import Track
from apps.tracks.payloads import track_payload
from apps.users.models import User
from core.portions import in_portions

# A week, today included.
RECENT_DAYS = 7


def activities_of(user_id: int) -> Iterator[Activity]:
    """Everything that is stored about what the person did, oldest first: for who exports it."""
    return in_portions(Activity.objects.filter(user_id=user_id).select_related("track"))


def activities_by_id(user_id: int, numbers: Sequence[int]) -> list[Activity]:
    """Those of the person, in this order."""
    known = Activity.objects.filter(user_id=user_id).in_bulk(numbers)
    return [known[number] for number in numbers if number in known]


def summary_at(now: datetime) -> SummaryPayload:
    """Two queries, however much was ever done."""
    since = day_of(now) - RECENT_DAYS + 1
    sums = {"ever": Sum("count"), "lately": Coalesce(Sum("count", filter=Q(day__gte=since)), 0)}
    by_kind = {
        kind: (ever, lately) for kind, ever, lately in DayCount.objects.values_list("kind").annotate(**sums)
    }
    active = PersonDayCount.objects.filter(day__gte=since).order_by().values("user_id").distinct()
    recommended = recommendations()
    numbers = _row_counts(
        {
            "users": User.objects.values("pk"),
            "active_users_7d": active,
            "tracks": Track.objects.values("pk"),
            **({} if recommended is None else {"recommendations": recommended.values("pk")}),
        }
    )
    return SummaryPayload(
        users=numbers["users"],
        active_users_7d=numbers["active_users_7d"],
        tracks=numbers["tracks"],
        recommendations=numbers.get("recommendations", 0),
        activities=sum(ever for ever, _ in by_kind.values()),
        activities_7d=sum(lately for _, lately in by_kind.values()),
        by_type=CountsByTypePayload(**{kind: ever for kind, (ever, _) in by_kind.items()}),
        room_plays=numbers["room_plays"],
        generated_at=now,
    )


def trends_at(now: datetime, *, days: int, limit: int) -> TrendsPayload:
    """What was played, liked and shared in the last `days` UTC days, today included, and in those before."""
    today = day_of(now)
    first = today - days + 1
    counts = TrackDayCount.objects.filter(day__gte=first - days)
    within = Q(day__gte=first)
    artists = top_named(counts, ARTIST, most=limit, now=within)
    genres = top_named(counts, GENRE, most=limit, now=within)
    return TrendsPayload(
        days=days,
        first=date_of(first),
        last=date_of(today),
        artists=[_trend(standing) for standing in artists],
        genres=[_trend(standing) for standing in genres],
        tracks=[
            TrackTrendPayload(track_payload(track), count, previous, count - previous)
            for track, count, previous in top_tracks(counts, most=limit, now=within)
        ],
    )


def _trend(standing: Standing) -> NamedTrendPayload:
    change = standing.count - standing.previous
    return NamedTrendPayload(standing.name, standing.count, standing.previous, change)


def _row_counts(rows: Mapping[str, "QuerySet[Any, Any]"]) -> dict[str, int]:
    """How many each has, and `room_plays`, in one query."""
    told: list[str] = []
    values: list[Any] = []
    for queryset in rows.values():
        sql, given = queryset.order_by().query.sql_with_params()
        told.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 - Django's own SQL
        values += given
    plays = f"(SELECT COALESCE(SUM(count), 0) FROM {RoomPlayDayCount._meta.db_table})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([*told, plays])}", values)
        return dict(zip([*rows, "room_plays"], map(int, cursor.fetchone()), strict=True))
