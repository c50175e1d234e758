"""Runs of jobs, the processes that see to them, and which turn of each schedule was made last."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


OPEN = (Status.QUEUED, Status.RUNNING)


class JobRun(models.Model):
    """One run of a job: the truth about it, whatever becomes of messages and of processes."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # The job's name, such as recommendations.refresh.
    kind = models.CharField(max_length=60)
    # What it is about, such as user:5. Of one kind and key only one run is open at a time.
    key = models.CharField(max_length=100, blank=True, default="")
    arguments = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    # How often it was begun.
    attempts = models.PositiveSmallIntegerField(default=0)
    # Before this a queued run is not begun.
    due_at = models.DateTimeField()
    # While it runs: what the worker shows that may end it, and until when no other one takes it.
    lease = models.CharField(max_length=32, blank=True, default="")
    leased_until = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    # Why it failed, or why the attempt before did.
    error_code = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(status__in=OPEN), name="job_run_open_once"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="job_run_status"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=OPEN), name="job_run_open"),
            models.Index(fields=["finished_at"], name="job_run_finished_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.status}".replace("  ", " ")


class Role(models.TextChoices):
    """What somebody has to do, or jobs stay undone."""

    WORKER = "worker"
    BEAT = "beat"


class JobProcess(models.Model):
    """A process that runs jobs, or makes what schedules ask for; it shows again and again that it lives."""

    name = models.CharField(max_length=100, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "job processes"

    def __str__(self) -> str:
        return self.name


class ScheduledTurn(models.Model):
    """The last turn of a schedule for which a run was made. Of several processes, one moves it on."""

    name = models.CharField(max_length=60, primary_key=True)
    turn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.turn_at:%Y-%m-%d %H:%M}"
