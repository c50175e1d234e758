"""The two tables of view counts, and the table of cache invalidations."""

from functools import cache
from typing import ClassVar, Literal, cast

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.counts.isrc_constraint import isrc_constraint
from apps.tracks.metadata import ISRC_LENGTH

MAX_SERVICE, MAX_STATUS, MAX_FLAG = 16, 7, 6
# The status of a day's count in responses.
CountStatus = Literal["ok", "anomaly", "stale", "failed", "missing"]


class CountedService(models.TextChoices):
    """Music services whose counts are stored."""

    SPOTIFY = "spotify", "Spotify"
    YOUTUBE = "youtube", "YouTube"
    SOUNDCLOUD = "soundcloud", "SoundCloud"
    APPLE_MUSIC = "apple_music", "Apple Music"


class Status(models.TextChoices):
    """The result of a request for a day's count."""

    OK = "ok", "counted"
    FAILED = "failed", "the source failed"
    MISSING = "missing", "the source has no count"
    STALE = "stale", "the source repeats all its counts of the day before"
    ANOMALY = "anomaly", "the source has two counts"


class Flag(models.TextChoices):
    """Why a count is doubtful. It is stored as it was reported."""

    NONE = "", "plausible"
    FELL = "fell", "lower than before"
    JUMPED = "jumped", "far more than this track usually gets"
    STALE = "stale", "a copy of the previous count: not counted on that day"


@cache
def shown_status(status: str, flag: str) -> CountStatus:
    """`anomaly` for a count that fell or jumped, `stale` for a copy of the previous day's count."""
    if flag in {Flag.FELL, Flag.JUMPED}:
        return "anomaly"
    return cast(CountStatus, str(flag or status))


class ViewCount(models.Model):
    """The newest plausible count of a track at a service, derived from its history."""

    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH)
    service = models.CharField(max_length=MAX_SERVICE, choices=CountedService.choices)
    view_count = models.BigIntegerField()
    # When it was counted; a copy of an older count does not make it newer.
    last_updated = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        db_table = "view_counts"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["isrc", "service"], name="view_counts_once"),
            models.CheckConstraint(condition=Q(view_count__gte=0), name="view_counts_not_negative"),
            isrc_constraint("view_counts_isrc"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["service"], name="view_counts_service"),
            models.Index(fields=["last_updated"], name="view_counts_updated"),
            models.Index(fields=["-view_count"], name="view_counts_count"),
        ]

    def __str__(self) -> str:
        return f"{self.view_count} of {self.isrc} at {self.service}"


class HistoricalViewCount(models.Model):
    """A track's count at a service on one day, or why there is none: failed or missing."""

    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH)
    service = models.CharField(max_length=MAX_SERVICE, choices=CountedService.choices)
    # As it was reported; null without a report, never zero.
    view_count = models.BigIntegerField(null=True)
    # The difference to the last counted day, `delta_days` earlier; null on the first.
    delta_count = models.BigIntegerField(null=True)
    delta_days = models.IntegerField(null=True)
    recorded_date = models.DateField()
    status = models.CharField(max_length=MAX_STATUS, choices=Status.choices, default=Status.OK)
    flag = models.CharField(max_length=MAX_FLAG, choices=Flag.choices, default=Flag.NONE, blank=True)
    # If a day is counted twice, the later count is stored.
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "historical_view_counts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["isrc", "service", "recorded_date"], name="historical_view_counts_once"
            ),
            models.CheckConstraint(
                condition=Q(view_count__isnull=True) | Q(view_count__gte=0),
                name="historical_view_counts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.OK, view_count__isnull=False)
                | (~Q(status=Status.OK) & Q(view_count__isnull=True, delta_count__isnull=True)),
                name="historical_view_counts_counted_or_not",
            ),
            isrc_constraint("historical_view_counts_isrc"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recorded_date"], name="historical_recorded_date"),
            models.Index(fields=["service", "recorded_date"], name="historical_service_date"),
            models.Index(fields=["isrc"], name="historical_isrc"),
            # A track's graph is read from this index alone.
            models.Index(
                fields=["isrc", "recorded_date", "service", "view_count", "delta_count", "status", "flag"],
                name="historical_of_track",
            ),
        ]

    def __str__(self) -> str:
        count = self.status if self.view_count is None else self.view_count
        return f"{count} of {self.isrc} at {self.service} on {self.recorded_date}"


class CacheInvalidation(models.Model):
    """Cached counts that are out of date; every process polls this table.

    Written in the transaction of the change, so it does not depend on Redis or on the process that wrote it.
    """

    isrc = models.CharField(max_length=ISRC_LENGTH, blank=True)
    service = models.CharField(max_length=MAX_SERVICE, blank=True)
    # Instead of a track: all keys with this prefix.
    prefix = models.CharField(max_length=64, blank=True)
    dropped_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "count_cache_invalidations"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(isrc="") & ~Q(prefix="")) | (~Q(isrc="") & Q(prefix="")),
                name="count_cache_invalidation_track_or_prefix",
            )
        ]

    def __str__(self) -> str:
        return self.prefix or f"{self.isrc} at {self.service}"
