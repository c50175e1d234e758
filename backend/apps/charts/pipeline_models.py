"""The pipeline's own records: runs of its stages, outbox events, and their deliveries."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

MAX_WORD = 20
MAX_NAME = 300
MAX_VERSION = 200
DIGEST_LENGTH = 64
MAX_SERVICE = 20


class Stage(models.TextChoices):
    """In the order in which they run."""

    EXTRACT = "extract"
    TRANSFORM = "transform"
    AGGREGATE = "aggregate"
    COUNTS = "counts"
    PUBLISH = "publish"


class StageRun(models.Model):
    """One run of one stage. Runs of the same command have `run` in common."""

    class Status(models.TextChoices):
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        # Some of it failed; the rest is done.
        PARTLY = "partly"
        FAILED = "failed"
        # Its process died; the next run completes it.
        INTERRUPTED = "interrupted"

    run = models.UUIDField(default=uuid4)
    stage = models.CharField(max_length=MAX_WORD, choices=Stage.choices)
    status = models.CharField(max_length=MAX_WORD, choices=Status.choices, default=Status.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    rows_in = models.PositiveIntegerField(default=0)
    rows_out = models.PositiveIntegerField(default=0)
    # Lines whose recording could not be determined; they are listed, which is no failure.
    rows_for_review = models.PositiveIntegerField(default=0)
    rows_failed = models.PositiveIntegerField(default=0)
    # Lines of lists and rows of tables.
    unreadable = models.PositiveIntegerField(default=0)
    # Counts that fell or jumped, and rejected lists; counts and lists that repeat older ones.
    anomalies = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    # What failed, in words; the first hundred.
    failures = models.JSONField(default=list)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="stage_run_stage"),
        ]
        indexes = [models.Index(fields=["stage", "-started_at"], name="stage_run_latest")]

    def __str__(self) -> str:
        return f"{self.stage} {self.status}"

    @property
    def row_counts(self) -> str:
        """For people."""
        review = f"{self.rows_for_review} for review, " if self.rows_for_review else ""
        doubtful = {"unreadable": self.unreadable, "anomalies": self.anomalies, "stale": self.stale}
        rest = "".join(f", {number} {name}" for name, number in doubtful.items() if number)
        return f"{self.rows_in} in, {self.rows_out} out, {review}{self.rows_failed} failed{rest}"


class OutboxEvent(models.Model):
    """What a stage did, written in the same transaction. It is stored, so that it can be delivered again."""

    kind = models.CharField(max_length=MAX_WORD)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["created_at"], name="pipeline_event_created")]

    def __str__(self) -> str:
        return f"{self.kind} {self.payload}"


class OutboxDelivery(models.Model):
    """One consumer's hearing of one event: heard, or why not."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    consumer = models.CharField(max_length=MAX_WORD)
    attempts = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="delivery_once")]
        indexes = [models.Index(fields=["event"], condition=Q(done_at__isnull=True), name="delivery_open")]

    def __str__(self) -> str:
        return f"{self.event} to {self.consumer}"


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
