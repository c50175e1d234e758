"""What counting keeps beside the counts: tables that were read, quotas that were used, how tracks sound."""

from django.db import models

from apps.charts.isrc_check import isrc_constraint
from apps.tracks.facts import ISRC_LENGTH

MAX_NAME = 300
MAX_VERSION = 200
DIGEST_LENGTH = 64
MAX_SERVICE = 20


class ReadTable(models.Model):
    """A table of figures that was read: the same one, for the same tracks, says nothing new."""

    # Of a file its path in its folder, of another table its address.
    name = models.CharField(max_length=MAX_NAME, unique=True)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    # Why it could not be read the last time; "" when it could.
    failure = models.CharField(max_length=MAX_NAME, blank=True, default="")
    etag = models.CharField(max_length=MAX_VERSION, blank=True, default="")
    last_modified = models.CharField(max_length=MAX_VERSION, blank=True, default="")
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QuotaDay(models.Model):
    """How much of a service's quota a day has used, by the service's own calendar."""

    service = models.CharField(max_length=MAX_SERVICE)
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "service"]
        constraints = [models.UniqueConstraint(fields=["service", "day"], name="quota_day_once")]

    def __str__(self) -> str:
        return f"{self.used} of {self.service} on {self.day}"


class TrackFeatures(models.Model):
    """How a recording sounds, as a service has measured it."""

    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH, unique=True)
    danceability = models.FloatField()
    energy = models.FloatField()
    valence = models.FloatField()
    tempo = models.FloatField()
    acousticness = models.FloatField()
    loudness = models.FloatField()
    instrumentalness = models.FloatField()
    speechiness = models.FloatField()
    liveness = models.FloatField()
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["isrc"]
        verbose_name_plural = "track features"
        constraints = [isrc_constraint("track_features_isrc")]

    def __str__(self) -> str:
        return self.isrc
