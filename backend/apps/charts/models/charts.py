"""Lists as services gave them, and the charts made of them."""

from django.db import models
from django.db.models import Q

from apps.charts.genres import MAX_WORD
from apps.charts.models.tracks import (
    DIGEST_LENGTH,
    ISRC_LENGTH,
    MAX_ID,
    MAX_NAME,
    MAX_URL,
    ChartTrack,
    genre_field,
    service_field,
    text_field,
    url_field,
    version_field,
)
from apps.counts.isrc_constraint import IsIsrc


class Status(models.TextChoices):
    """What became of one day's edition of a service."""

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
    # Why it failed, or is not believed; of a good one why nothing confirms it.
    failure = text_field()
    # Of the answer that it was read from, or that could not be read.
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


class RawAnswer(models.Model):
    """The answer itself, gzipped: what is not read from it today may be wanted tomorrow."""

    edition = models.OneToOneField(RawEdition, on_delete=models.CASCADE, related_name="answer")
    body = models.BinaryField()

    def __str__(self) -> str:
        return f"Answer of {self.edition}"


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
