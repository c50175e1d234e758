"""Reads of statistics: summary, trends and the statistics of one user; and interactions for recommendations.

Statistics are read from the roll-ups only, never from activities.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from apps.analytics.hooks import recommendations
from apps.analytics.models import (
    FAVOURABLE,
    HOURS_A_DAY,
    Activity,
    DayCount,
    Kind,
    PersonDayCount,
    PersonQuarterCount,
    PersonTrackCount,
    RoomPlayDayCount,
    TrackDayCount,
)
from apps.analytics.payloads import (
    CountsByTypePayload,
    DateCountPayload,
    EngagementPayload,
    NamedCountPayload,
    NamedTrendPayload,
    SummaryPayload,
    TrackCountPayload,
    TrackTrendPayload,
    TrendsPayload,
)
from apps.analytics.rollups import beginning_of, date_of, day_of, local_time
from apps.playlist.models import PlaylistTrack
from apps.playlist.selectors import active_guests, cast_votes
from apps.tracks.models import Track
from apps.tracks.payloads import track_payload
from apps.users.models import Guest, User
from core.database import in_batches
from core.pagination import MAX_ROWS

# --- Top lists: the artists, genres and tracks with the most, out of counts by track -----------------


# The columns of a track's artist and genre: the key that all spellings share, and the spelling.
ARTIST = ("track__artist_key", "track__artist")
GENRE = ("track__genre_key", "track__genre")


@dataclass
class TopEntry:
    """How often an activity occurred: in the requested period, and in the one before."""

    count: int = 0
    previous: int = 0
    spellings: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The most common spelling."""
        return min(self.spellings, key=lambda spelling: (-self.spellings[spelling], spelling))


def top_named(
    counts: "QuerySet[Any]", by: tuple[str, str], *, most: int, now: Q | None = None
) -> list[TopEntry]:
    """Artists or genres, the most chosen first, then by name. Spellings that differ only in case are one.

    `counts` are roll-ups by track; `now` selects those of the current period.
    """
    key, spelling = by
    standings: defaultdict[str, TopEntry] = defaultdict(TopEntry)
    rows = _summed(counts, now, key, spelling).exclude(**{spelling: ""})
    for of_key, name, count, previous in rows:
        standing = standings[of_key or name]  # a name of signs alone has no key
        standing.count += count
        standing.previous += previous
        standing.spellings[name] += count + previous
    chosen = [standing for standing in standings.values() if standing.count]
    return sorted(chosen, key=lambda standing: (-standing.count, standing.name))[:most]


def top_tracks(counts: "QuerySet[Any]", *, most: int, now: Q | None = None) -> list[tuple[Track, int, int]]:
    """Tracks with their count and the one before, the most chosen first, then by id."""
    rows = _summed(counts, now, "track_id").filter(lately__gt=0).order_by("-lately", "track_id")[:most]
    found = {track_id: (count, previous) for track_id, count, previous in rows}
    tracks: dict[int, Track] = Track.objects.in_bulk(found)
    return [(tracks[track_id], *counted) for track_id, counted in found.items() if track_id in tracks]


def _summed(counts: "QuerySet[Any]", now: Q | None, *columns: str) -> "QuerySet[Any, Any]":
    chosen: QuerySet[Any, Any] = counts.filter(kind__in=FAVOURABLE).order_by().values_list(*columns)
    sums: QuerySet[Any, Any]
    if now is None:
        sums = chosen.annotate(lately=Sum("count"), earlier=Value(0, IntegerField()))
    else:
        lately, earlier = (Coalesce(Sum("count", filter=days), 0) for days in (now, ~now))
        sums = chosen.annotate(lately=lately, earlier=earlier)
    return sums


# --- Everyone ----------------------------------------------------------------------------------------


# A week, today included.
RECENT_DAYS = 7


def activities_of(user_id: int) -> Iterator[Activity]:
    """All stored activities of the user, oldest first, for the export."""
    return in_batches(Activity.objects.filter(user_id=user_id).select_related("track"))


def activities_by_id(user_id: int, numbers: Sequence[int]) -> list[Activity]:
    """Those of the person, in this order."""
    known = Activity.objects.filter(user_id=user_id).in_bulk(numbers)
    return [known[number] for number in numbers if number in known]


def summary_at(now: datetime) -> SummaryPayload:
    """Two queries, independent of the number of activities."""
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
            "guests": Guest.objects.values("pk"),
            "active_guests_7d": active_guests(since=beginning_of(since)),
            "queue_items": PlaylistTrack.objects.values("pk"),
            "votes": cast_votes().values("pk"),
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
        guests=numbers["guests"],
        active_guests_7d=numbers["active_guests_7d"],
        queue_items=numbers["queue_items"],
        votes=numbers["votes"],
        generated_at=now,
    )


def trends_at(now: datetime, *, days: int, limit: int) -> TrendsPayload:
    """Tracks played, liked and shared in the last `days` UTC days, today included, and in those before."""
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


def _trend(standing: TopEntry) -> NamedTrendPayload:
    change = standing.count - standing.previous
    return NamedTrendPayload(standing.name, standing.count, standing.previous, change)


def _row_counts(rows: Mapping[str, "QuerySet[Any, Any]"]) -> dict[str, int]:
    """How many each has, and `room_plays`, in one query."""
    counts: list[str] = []
    values: list[Any] = []
    for queryset in rows.values():
        sql, given = queryset.order_by().query.sql_with_params()
        counts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 - Django's own SQL
        values += given
    plays = f"(SELECT COALESCE(SUM(count), 0) FROM {RoomPlayDayCount._meta.db_table})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([*counts, plays])}", values)
        return dict(zip([*rows, "room_plays"], map(int, cursor.fetchone()), strict=True))


# --- One person, by the days and hours of a time zone ------------------------------------------------


# Artists, genres and tracks that a person is shown.
FAVOURITES = 10
RATE_DIGITS = 4


def engagement_of(user_id: int, *, now: datetime, zone: ZoneInfo) -> EngagementPayload:
    """All over all time, except `activities_7d`: the zone's today and the six days before it.

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


# --- Interactions, from which recommendations are made ------------------------------------------------


OPINIONS = (Kind.LIKE, Kind.DISLIKE, Kind.SKIP)


class TrackInteractions(NamedTuple):
    """The number of a user's interactions of one kind with a track, over all time."""

    user_id: int
    track_id: int
    title: str
    artist: str
    # Normalised as in search.
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
    """Up to `most` interactions of these users together: the most frequent first, then the newest tracks."""
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
    """(user, track, normalised artist, kind, number), ordered by user."""
    counts = PersonTrackCount.objects.order_by("user_id", "track_id", "kind")
    return counts.values_list("user_id", "track_id", "track__artist_key", "kind", "count").iterator()


def popular_since(now: datetime, *, days: int, most: int) -> list[tuple[int, int]]:
    """(track id, number) of plays, likes and shares in the last `days` UTC days; the highest number first."""
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
