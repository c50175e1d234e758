"""What users did with tracks, and the roll-ups from which statistics are read without reading all
activities.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import models, transaction
from django.utils import timezone

from apps.analytics.hooks import activities_recorded
from apps.analytics.rollups import (
    QUARTERS_A_DAY,
    SqlCondition,
    add,
    date_of,
    lock_exclusive,
    quarter_of,
    subtract,
)
from apps.playlist.models import Play
from apps.tracks.models import Track

MAX_KIND = 7


class Kind(models.TextChoices):
    """What a user did with a track; clients call it `activity_type`."""

    PLAY = "play"
    LIKE = "like"
    DISLIKE = "dislike"
    SKIP = "skip"
    SHARE = "share"


# Activities in favour of a track: trends and favourites count these.
FAVOURABLE = (Kind.PLAY, Kind.LIKE, Kind.SHARE)


class ImmutableActivityError(TypeError):
    """A write was tried that would leave the roll-ups behind."""

    def __init__(self, method: str) -> None:
        super().__init__(f"{method}() would not be counted: record() activities, and delete() them.")


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Everything that is stored or deleted through it is counted in the same transaction."""

    def record(self, activities: Iterable["Activity"]) -> list["Activity"]:
        """Stores new activities. The caller locks their users and tracks against deletion."""
        new = list(activities)
        for activity in new:
            activity.quarter = quarter_of(activity.occurred_at)
        with transaction.atomic():
            stored = super().bulk_create(new)
            if ids := [activity.pk for activity in stored]:
                these = SqlCondition(f"id IN ({', '.join(['%s'] * len(ids))})", ids)
                add(ROLL_UPS, raw=self.model._meta.db_table, where=these)
                activities_recorded.send(self.model, activities=stored)
        return stored

    def delete(self) -> tuple[int, dict[str, int]]:
        try:
            chosen, values = self.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return 0, {}
        with transaction.atomic():
            lock_exclusive(self.model)
            subtract(ROLL_UPS, raw=self.model._meta.db_table, where=SqlCondition(f"id IN ({chosen})", values))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def update(self, **_values: Any) -> NoReturn:
        raise ImmutableActivityError("update")

    def bulk_create(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise ImmutableActivityError("bulk_create")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise ImmutableActivityError("bulk_update")


class Activity(models.Model):
    """One thing that a user did with a track. It is stored once and never changed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="activities")
    # Null when the track has left the library: what the person did stays counted.
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=MAX_KIND, choices=Kind.choices)
    context = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    # Of `occurred_at`; the databases agree on how to divide a number, not on how to cut a time.
    quarter = models.IntegerField(editable=False, db_index=True)
    # Not a foreign key: the recommendation belongs to an app above, and is replaced every few hours.
    recommendation_number = models.BigIntegerField(null=True)
    # The play in a room that the activity is about; one play is at most one activity.
    room_play = models.OneToOneField(Play, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "activities"
        indexes = [
            # The latest reports of a user, whose number is limited.
            models.Index(
                fields=["user", "received_at"],
                condition=models.Q(room_play__isnull=True),
                name="activity_told",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.occurred_at:%Y-%m-%d %H:%M}"

    def save(self, *_args: Any, **_kwargs: Any) -> None:
        """Stores and counts a new one, also in the shell."""
        if not self._state.adding:
            raise ImmutableActivityError("save")
        type(self).objects.record([self])

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        return type(self).objects.filter(pk=self.pk).delete()


class RollUp(models.Model):
    """The number of activities for each key. A key without activities has no row."""

    # Column of the key → what it is of an activity, in SQL; all of them together are unique.
    counted_by: ClassVar[Mapping[str, str]]
    # Which activities count, in SQL; empty: all.
    counted_where: ClassVar[str] = ""
    # What counts of them.
    counted: ClassVar[str] = "COUNT(*)"
    # Where it counts rows of another roll-up: the same key, out of that one's columns.
    rows_counted_by: ClassVar[Mapping[str, str]] = {}
    # Which other one counts its rows.
    rows_counted_in: ClassVar["type[RollUp] | None"] = None

    count = models.IntegerField()

    class Meta:
        abstract = True


HOURS_A_DAY = 24
OF_DAY = f"quarter / {QUARTERS_A_DAY}"
OF_HOUR = f"quarter / {QUARTERS_A_DAY // HOURS_A_DAY}"
# More hours than there will be in a thousand years: a person and an hour are one number.
MANY_HOURS = 10_000_000
OF_TRACKS = "track_id IS NOT NULL"


def _key(name: str, *columns: str) -> Any:
    return models.UniqueConstraint(fields=columns, name=f"{name}_once")


def _empty(name: str) -> models.Index:
    return models.Index(fields=["id"], condition=models.Q(count=0), name=f"{name}_empty")


class DayCount(RollUp):
    """Of a UTC day, by kind."""

    counted_by: ClassVar = {"day": OF_DAY, "kind": "kind"}

    day = models.IntegerField()
    kind = models.CharField(max_length=MAX_KIND)

    class Meta:
        constraints = [_key("day", "day", "kind")]
        indexes = [_empty("day")]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} on {self.utc_date}"

    @property
    def utc_date(self) -> date:
        return date_of(self.day)


class TrackDayCount(RollUp):
    """Of a track on a UTC day, by kind, each user once an hour: one user alone makes no trend.

    Its artist and genre are the track's, as they are now.
    """

    counted_by: ClassVar = {"day": OF_DAY, "track_id": "track_id", "kind": "kind"}
    counted_where: ClassVar = OF_TRACKS
    counted: ClassVar = f"COUNT(DISTINCT user_id * {MANY_HOURS} + {OF_HOUR})"
    rows_counted_by: ClassVar = {"day": f"hour / {HOURS_A_DAY}", "track_id": "track_id", "kind": "kind"}

    day = models.IntegerField()
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=MAX_KIND)

    class Meta:
        constraints = [_key("track_day", "day", "track", "kind")]
        indexes = [_empty("track_day")]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} of {self.track_id} on {date_of(self.day)}"


class PersonDayCount(RollUp):
    """Of a user on a UTC day: the user was active."""

    counted_by: ClassVar = {"day": OF_DAY, "user_id": "user_id"}

    day = models.IntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [_key("person_day", "day", "user")]
        indexes = [_empty("person_day")]

    def __str__(self) -> str:
        return f"{self.count} of {self.user_id} on {date_of(self.day)}"


class PersonQuarterCount(RollUp):
    """Of a user in a quarter of an hour, by kind: days and hours in any zone are sums of these."""

    counted_by: ClassVar = {"user_id": "user_id", "quarter": "quarter", "kind": "kind"}

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    quarter = models.IntegerField()
    kind = models.CharField(max_length=MAX_KIND)

    class Meta:
        constraints = [_key("person_quarter", "user", "quarter", "kind")]
        indexes = [_empty("person_quarter")]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} of {self.user_id} in quarter {self.quarter}"


class PersonTrackCount(RollUp):
    """Of a user and a track, by kind, over all time: favourites."""

    counted_by: ClassVar = {"user_id": "user_id", "track_id": "track_id", "kind": "kind"}
    counted_where: ClassVar = OF_TRACKS

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=MAX_KIND)

    class Meta:
        constraints = [_key("person_track", "user", "track", "kind")]
        indexes = [_empty("person_track")]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} of {self.track_id} by {self.user_id}"


class PersonTrackHourCount(RollUp):
    """Of a person and a track in an hour, by kind: each of these is one in the counts of all people."""

    counted_by: ClassVar = {"user_id": "user_id", "track_id": "track_id", "hour": OF_HOUR, "kind": "kind"}
    counted_where: ClassVar = OF_TRACKS
    rows_counted_in: ClassVar = TrackDayCount

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    hour = models.IntegerField()
    kind = models.CharField(max_length=MAX_KIND)

    class Meta:
        constraints = [_key("person_track_hour", "user", "track", "hour", "kind")]
        indexes = [_empty("person_track_hour")]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} of {self.track_id} by {self.user_id} in hour {self.hour}"


class RoomPlayDayCount(RollUp):
    """Plays in rooms that began on a UTC day, by any adder of the track: most of them are no activity."""

    counted_by: ClassVar = {"day": "day"}

    day = models.IntegerField(unique=True)

    class Meta:
        indexes = [_empty("room_play_day")]

    def __str__(self) -> str:
        return f"{self.count} on {date_of(self.day)}"


BY_DAY: tuple[type[RollUp], ...] = (DayCount, TrackDayCount)
BY_PERSON: tuple[type[RollUp], ...] = (
    PersonTrackHourCount,
    PersonDayCount,
    PersonQuarterCount,
    PersonTrackCount,
)
# In the order in which every writer takes them.
ROLL_UPS = (BY_PERSON[0], *BY_DAY, *BY_PERSON[1:])
