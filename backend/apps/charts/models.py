"""What charts store: lists of music services, charts, and the tracks on them."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Q

from apps.charts import pipeline_models  # noqa: F401 - so that Django finds its models
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


class Status(models.TextChoices):
    """The state of a service's edition of one day."""

    OK = "ok"
    FAILED = "failed"
    # It is well formed, and not plausible: stored for review, and not used.
    QUARANTINED = "quarantined"
    # It repeats the plays of an older list: the last good one is used. Or it repeats the lines of an older
    # list: that one is used, with its own day.
    STALE = "stale"


class RawEdition(models.Model):
    """One service's chart of one genre on one day, as it was taken."""

    genre, service = genre_field(), service_field()
    issued_on = models.DateField()
    status = models.CharField(max_length=MAX_WORD, choices=Status.choices)
    # Why it failed or is in quarantine; for a good list, why it is unconfirmed.
    failure = text_field()
    # The number of its places without a line that could be read.
    unreadable = models.PositiveIntegerField(db_default=0, default=0)
    # Of the response that it was read from, or that could not be read.
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True, default="")
    # What the service calls this state of its list, so that it need not give it twice.
    etag, last_modified = version_field(), version_field()
    fetched_at = models.DateTimeField(null=True)
    # When it was last tried, with any result.
    tried_at = models.DateTimeField()
    # Null as long as the stage transform has not seen it as it is now.
    transformed_at = models.DateTimeField(null=True)
    # Null until the stage counts has used the plays in its lines.
    counted_at = models.DateTimeField(null=True)
    name, cover_url, url = text_field(), url_field(), url_field()
    description = models.CharField(max_length=MAX_URL, blank=True, default="")
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-issued_on", "genre", "service"]
        constraints = [
            models.UniqueConstraint(fields=["genre", "service", "issued_on"], name="raw_edition_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="raw_edition_status"),
        ]
        indexes = [
            models.Index(
                fields=["issued_on"], condition=Q(transformed_at__isnull=True), name="raw_edition_waiting"
            ),
            models.Index(
                fields=["issued_on"], condition=Q(counted_at__isnull=True), name="raw_edition_uncounted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.genre} of {self.issued_on}"


class StoredResponse(models.Model):
    """The response itself, gzipped, so that more of it can be read later."""

    edition = models.OneToOneField(RawEdition, on_delete=models.CASCADE, related_name="response")
    body = models.BinaryField()

    def __str__(self) -> str:
        return f"Responses of {self.edition}"


class RawEntry(models.Model):
    """One line of an edition. `track` is null while the recording is unknown."""

    edition = models.ForeignKey(RawEdition, on_delete=models.CASCADE, related_name="entries")
    rank = models.PositiveIntegerField()
    service_track_id = models.CharField(max_length=MAX_ID, blank=True, default="")
    name = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    album, url, cover_url = text_field(), url_field(), url_field()
    # As the service says it; null where it says none.
    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH, null=True)
    duration_seconds = models.PositiveIntegerField(null=True)
    # What the service itself counts, where its list says so.
    play_count = models.BigIntegerField(null=True)
    track = models.ForeignKey(ChartTrack, on_delete=models.SET_NULL, null=True, related_name="raw_entries")

    class Meta:
        ordering = ["rank"]
        verbose_name_plural = "raw entries"
        constraints = [
            models.UniqueConstraint(fields=["edition", "rank"], name="raw_entry_rank_once"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="raw_entry_rank_from_1"),
            models.CheckConstraint(
                condition=Q(isrc__isnull=True) | Q(IsIsrc(models.F("isrc"))), name="raw_entry_isrc_format"
            ),
            models.CheckConstraint(
                condition=Q(play_count__isnull=True) | Q(play_count__gte=0), name="raw_entry_play_count"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.name} — {self.artist}"


class Edition(models.Model):
    """The chart of one genre on one day, made of what several services agree on."""

    genre = genre_field()
    issued_on = models.DateField()
    is_sample = models.BooleanField(default=False)
    # Of its entries and sources; "" until it is made.
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True, default="")
    # Something that it is made of has changed since.
    is_due = models.BooleanField(default=True)
    made_at = models.DateTimeField(null=True)
    # Null: not visible yet.
    published_at = models.DateTimeField(null=True)
    is_to_publish = models.BooleanField(default=False)
    # Its tracks' plays on that day have not been looked for yet.
    is_to_count = models.BooleanField(default=False)

    class Meta:
        ordering = ["-issued_on", "genre"]
        constraints = [models.UniqueConstraint(fields=["genre", "issued_on"], name="edition_once")]
        indexes = [
            models.Index(fields=["issued_on"], condition=Q(is_due=True), name="edition_due"),
            models.Index(fields=["issued_on"], condition=Q(is_to_publish=True), name="edition_to_publish"),
            models.Index(fields=["issued_on"], condition=Q(is_to_count=True), name="edition_to_count"),
        ]

    def __str__(self) -> str:
        return f"{self.genre} of {self.issued_on}"


class EditionSource(models.Model):
    """What a service gave to an edition: that day's, or the last good one before."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="sources")
    service = service_field()
    # `missing`: not requested on that day.
    status = models.CharField(max_length=MAX_WORD)
    used = models.ForeignKey(RawEdition, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["edition", "service"], name="edition_source_once")]

    def __str__(self) -> str:
        return f"{self.service}: {self.status}"


class EditionEntry(models.Model):
    """One place of a chart, and the ranks that it comes from: {"spotify": 3, "soundcloud": 11}."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries")
    rank = models.PositiveIntegerField()
    track = models.ForeignKey(ChartTrack, on_delete=models.CASCADE, related_name="places")
    points = models.PositiveIntegerField()
    ranks = models.JSONField()

    class Meta:
        ordering = ["rank"]
        verbose_name_plural = "edition entries"
        constraints = [
            models.UniqueConstraint(fields=["edition", "rank"], name="edition_entry_rank_once"),
            models.UniqueConstraint(fields=["edition", "track"], name="edition_entry_track_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.track_id}"
