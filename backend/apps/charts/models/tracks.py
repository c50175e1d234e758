"""Recordings on charts: their names, what services call them, what people decided, and how they sound."""

from dataclasses import dataclass

from django.db import models

from apps.charts.genres import MAX_WORD, Genre, MusicService
from apps.counts.isrc_constraint import IsIsrc, isrc_constraint

MAX_NAME = 300
MAX_URL = 1000
MAX_ID = 100
MAX_VERSION = 200
ISRC_LENGTH = 12
DIGEST_LENGTH = 64
# Of a longer word of a name only the beginning is stored.
MAX_WORD_LENGTH = 40


def genre_field() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_WORD, choices=Genre.choices)


def service_field() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_WORD, choices=MusicService.choices)


def text_field() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_NAME, blank=True, default="")


def url_field() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_URL, blank=True, default="")


def version_field() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_VERSION, blank=True, default="")


class ChartTrack(models.Model):
    """A recording that is, or was, on a chart. Its values are those of the service that counts most."""

    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH, unique=True)
    name = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    album, cover_url = text_field(), url_field()
    # Which service said it: {"name": "spotify", "cover_url": "soundcloud"}.
    origins = models.JSONField(default=dict)
    is_sample = models.BooleanField(default=False)
    # When a search found no video of it.
    video_missed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["isrc"]
        constraints = [isrc_constraint("chart_track_isrc_format")]

    def __str__(self) -> str:
        return f"{self.name} — {self.artist}"


class TrackWord(models.Model):
    """A word of a track's title or artist: by these the tracks are found that a name may mean."""

    track = models.ForeignKey(ChartTrack, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=MAX_WORD_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "track"], name="track_word_once")]

    def __str__(self) -> str:
        return self.word


class ServiceTrack(models.Model):
    """A service's identifier of a recording: stored, so that nothing is matched or searched for twice."""

    class How(models.TextChoices):
        ISRC = "isrc"
        NAMES = "names"
        SEARCH = "search"
        # A manual decision: that is in ManualMatch, and this follows from it.
        MANUAL = "manual"

    service = service_field()
    service_track_id = models.CharField(max_length=MAX_ID)
    track = models.ForeignKey(ChartTrack, on_delete=models.CASCADE, related_name="at_services")
    url = url_field()
    how = models.CharField(max_length=MAX_WORD, choices=How.choices)
    score = models.FloatField(null=True)

    class Meta:
        ordering = ["service", "service_track_id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "service_track_id"], name="service_track_once")
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.service_track_id}"


class ReviewItem(models.Model):
    """A service's track whose recording could not be determined: for manual review."""

    service, genre = service_field(), genre_field()
    service_track_id = models.CharField(max_length=MAX_ID)
    name = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    url = url_field()
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()
    # What came closest, if anything did, and how close.
    candidate = models.ForeignKey(ChartTrack, on_delete=models.SET_NULL, null=True, related_name="+")
    score = models.FloatField(null=True)
    # When a search at a service did not find it.
    searched_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-last_seen_on", "service"]
        constraints = [
            models.UniqueConstraint(fields=["service", "service_track_id"], name="review_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} — {self.artist} ({self.service})"


class ManualMatch(models.Model):
    """That a recording of a music service is the one with this ISRC; without an ISRC: none that is known."""

    source = models.CharField(max_length=32)
    # The recording's own id at the service: titles change, it doesn't.
    source_track_id = models.CharField(max_length=128)
    isrc = models.CharField(max_length=12, null=True, blank=True)
    decided_at = models.DateTimeField(auto_now=True)
    decided_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name_plural = "manual matches"
        constraints = [
            models.UniqueConstraint(fields=["source", "source_track_id"], name="manual_match_once"),
            models.CheckConstraint(
                condition=models.Q(isrc__isnull=True) | models.Q(IsIsrc(models.F("isrc"))),
                name="manual_match_isrc",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.source_track_id} is {self.isrc or 'none that is known'}"


@dataclass(frozen=True, slots=True)
class AudioFeatures:
    """How a track sounds: from 0 to 1, but tempo in beats a minute and loudness in decibels, below 0."""

    danceability: float
    energy: float
    valence: float
    tempo: float
    acousticness: float
    loudness: float
    instrumentalness: float
    speechiness: float
    liveness: float


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
