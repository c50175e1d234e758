"""What charts keep: editions as services gave them, the tracks in them, and the charts made of both."""

from django.db import models
from django.db.models import Q

from apps.charts.counting_models import QuotaDay, ReadTable, TrackFeatures
from apps.charts.genres import MAX_WORD, Genre, MusicService
from apps.charts.isrc_check import IsIsrc, isrc_constraint
from apps.charts.matching_models import ManualMatch
from apps.charts.run_models import Delivery, PipelineEvent, StageRun
from apps.charts.view_counts.models import DroppedView, HistoricalViewCount, ViewCount

__all__ = [
    "ChartTrack",
    "Delivery",
    "DroppedView",
    "Edition",
    "EditionEntry",
    "EditionSource",
    "HistoricalViewCount",
    "ManualMatch",
    "PipelineEvent",
    "QuotaDay",
    "RawAnswer",
    "RawEdition",
    "RawEntry",
    "ReadTable",
    "ReviewItem",
    "ServiceTrack",
    "StageRun",
    "TrackFeatures",
    "TrackWord",
    "ViewCount",
]

MAX_NAME = 300
MAX_URL = 1000
MAX_ID = 100
MAX_VERSION = 200
ISRC_LENGTH = 12
DIGEST_LENGTH = 64
# Of a longer word of a name only the beginning is kept.
MAX_WORD_LENGTH = 40


def _genre() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_WORD, choices=Genre.choices)


def _service() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_WORD, choices=MusicService.choices)


def _text() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_NAME, blank=True, default="")


def _url() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_URL, blank=True, default="")


def _version() -> "models.CharField[str, str]":
    return models.CharField(max_length=MAX_VERSION, blank=True, default="")


class Status(models.TextChoices):
    """What became of one day's edition of a service."""

    OK = "ok"
    FAILED = "failed"
    # It is well formed, and not plausible: kept to be looked at, and nothing is made of it.
    QUARANTINED = "quarantined"
    # It repeats the plays of the list before, so it is a copy of that, which stands in for it.
    STALE = "stale"


class RawEdition(models.Model):
    """One service's chart of one genre on one day, as it was taken."""

    genre, service = _genre(), _service()
    issued_on = models.DateField()
    status = models.CharField(max_length=MAX_WORD, choices=Status.choices)
    # Why it failed, or is not believed.
    failure = _text()
    # Of the answer that it was read from, or that could not be read.
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True, default="")
    # What the service calls this state of its list, so that it need not give it twice.
    etag, last_modified = _version(), _version()
    fetched_at = models.DateTimeField(null=True)
    # When it was last tried, whatever became of that.
    tried_at = models.DateTimeField()
    # Null as long as the stage transform has not seen it as it is now.
    transformed_at = models.DateTimeField(null=True)
    # Null as long as the stage counts has not taken the plays that its lines tell.
    counted_at = models.DateTimeField(null=True)
    name, cover_url, url = _text(), _url(), _url()
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


class RawAnswer(models.Model):
    """The answer itself, gzipped: what is not read from it today may be wanted tomorrow."""

    edition = models.OneToOneField(RawEdition, on_delete=models.CASCADE, related_name="answer")
    body = models.BinaryField()

    def __str__(self) -> str:
        return f"Answer of {self.edition}"


class ChartTrack(models.Model):
    """A recording that is, or was, on a chart. Its values are those of the service that counts most."""

    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH, unique=True)
    name = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    album, cover_url = _text(), _url()
    # Which service said it: {"name": "spotify", "cover_url": "soundcloud"}.
    origins = models.JSONField(default=dict)
    is_sample = models.BooleanField(default=False)
    # When a video of it was looked for in vain.
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


class RawEntry(models.Model):
    """One line of an edition. `track` is null while nobody knows which recording it is."""

    edition = models.ForeignKey(RawEdition, on_delete=models.CASCADE, related_name="entries")
    rank = models.PositiveIntegerField()
    service_track_id = models.CharField(max_length=MAX_ID, blank=True, default="")
    name = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    album, url, cover_url = _text(), _url(), _url()
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


class ServiceTrack(models.Model):
    """What a service calls a recording: remembered, so that nothing is matched or searched for twice."""

    class How(models.TextChoices):
        ISRC = "isrc"
        NAMES = "names"
        SEARCH = "search"
        # Somebody has said so: that is in ManualMatch, and this follows from it.
        MANUAL = "manual"

    service = _service()
    service_track_id = models.CharField(max_length=MAX_ID)
    track = models.ForeignKey(ChartTrack, on_delete=models.CASCADE, related_name="at_services")
    url = _url()
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
    """A service's track that nobody could tell the recording of: for people to look at."""

    service, genre = _service(), _genre()
    service_track_id = models.CharField(max_length=MAX_ID)
    name = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    url = _url()
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()
    # What came closest, if anything did, and how close.
    candidate = models.ForeignKey(ChartTrack, on_delete=models.SET_NULL, null=True, related_name="+")
    score = models.FloatField(null=True)
    # When a service was searched for it in vain.
    searched_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-last_seen_on", "service"]
        constraints = [
            models.UniqueConstraint(fields=["service", "service_track_id"], name="review_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} — {self.artist} ({self.service})"


class Edition(models.Model):
    """The chart of one genre on one day, made of what several services agree on."""

    genre = _genre()
    issued_on = models.DateField()
    is_sample = models.BooleanField(default=False)
    # Of its entries and sources; "" until it is made.
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True, default="")
    # Something that it is made of has changed since.
    is_due = models.BooleanField(default=True)
    made_at = models.DateTimeField(null=True)
    # Null: nobody sees it yet.
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
    service = _service()
    # `missing`: nobody asked it that day.
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
