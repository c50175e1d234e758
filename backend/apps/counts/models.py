"""The two tables of view counts, and the notices that invalidate other processes' caches."""

from functools import cache
from typing import ClassVar, Literal, cast

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.counts.isrc_constraint import isrc_constraint
from apps.tracks.metadata import ISRC_LENGTH

MAX_SERVICE, MAX_STATUS, MAX_FLAG = 16, 7, 6
# A day's figure as it is shown.
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
    MISSING = "missing", "the source has no figure"
    STALE = "stale", "the source repeats all its figures of the day before"
    ANOMALY = "anomaly", "the source has two figures"


class Flag(models.TextChoices):
    """Why a count is doubtful. It is stored as it was reported."""

    NONE = "", "nothing odd"
    FELL = "fell", "lower than before"
    JUMPED = "jumped", "far more than this track gets"
    STALE = "stale", "a copy of the figure before: not counted on that day"


@cache
def shown_status(status: str, flag: str) -> CountStatus:
    """In one word: `anomaly` for a figure that fell or jumped, `stale` for a copy of the day before."""
    if flag in {Flag.FELL, Flag.JUMPED}:
        return "anomaly"
    return cast(CountStatus, str(flag or status))


class ViewCount(models.Model):
    """The newest figure of a track at a service. It follows from the history; nothing else writes it."""

    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH)
    service = models.CharField(max_length=MAX_SERVICE, choices=CountedService.choices)
    view_count = models.BigIntegerField()
    # When it was counted; a copy of an older figure doesn't make it newer.
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
    """A day's figure of a track at a service: counted, failed or missing."""

    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH)
    service = models.CharField(max_length=MAX_SERVICE, choices=CountedService.choices)
    # As it was reported; null where nothing was, which is never zero.
    view_count = models.BigIntegerField(null=True)
    # Since the last day that was counted, `delta_days` before; null on the first.
    delta_count = models.BigIntegerField(null=True)
    delta_days = models.IntegerField(null=True)
    recorded_date = models.DateField()
    status = models.CharField(max_length=MAX_STATUS, choices=Status.choices, default=Status.OK)
    flag = models.CharField(max_length=MAX_FLAG, choices=Flag.choices, default=Flag.NONE, blank=True)
    # Of two figures of one day the later stays.
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
            # All that a graph of one track asks for: the table itself isn't touched.
            models.Index(
                fields=["isrc", "recorded_date", "service", "view_count", "delta_count", "status", "flag"],
                name="historical_of_track",
            ),
        ]

    def __str__(self) -> str:
        figure = self.status if self.view_count is None else self.view_count
        return f"{figure} of {self.isrc} at {self.service} on {self.recorded_date}"


class DroppedView(models.Model):
    """An invalidation: cached counts of a track are out of date, which the database reports to every process.

    Written with the change itself, so it is there also when Redis, or the process that wrote it, is not.
    """

    isrc = models.CharField(max_length=ISRC_LENGTH, blank=True)
    service = models.CharField(max_length=MAX_SERVICE, blank=True)
    # Instead of a track: all keys that begin so.
    prefix = models.CharField(max_length=64, blank=True)
    dropped_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "charts_droppedview"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(isrc="") & ~Q(prefix="")) | (~Q(isrc="") & Q(prefix="")),
                name="dropped_view_track_or_prefix",
            )
        ]

    def __str__(self) -> str:
        return self.prefix or f"{self.isrc} at {self.service}"
