"""Runs of jobs, worker and scheduler processes, and the last scheduled run of each schedule."""

from enum import StrEnum
from uuid import uuid4

from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


OPEN = (Status.QUEUED, Status.RUNNING)


class FailureCode(StrEnum):
    """Codes that only jobs have. All others are those of API errors."""

    # No worker was available for more than a minute.
    WORKER_AWAY = "WORKER_AWAY"
    # Each worker that started it died or stopped sending heartbeats.
    WORKER_LOST = "WORKER_LOST"


class JobRun(models.Model):
    """One run of a job. This row is authoritative; notifications and processes may be lost."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # The job's name, such as recommendations.refresh.
    kind = models.CharField(max_length=60)
    # The subject, such as user:5. Only one run of a kind and key is open at a time.
    key = models.CharField(max_length=100, blank=True, default="")
    arguments = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    # The number of starts.
    attempts = models.PositiveSmallIntegerField(default=0)
    # A queued run does not start earlier.
    due_at = models.DateTimeField()
    # While it runs: the token of its worker, and the time until which no other worker takes it.
    lease = models.CharField(max_length=32, blank=True, default="")
    leased_until = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    # The reason of its failure, or of the previous attempt's.
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
    """The roles of processes that run jobs."""

    WORKER = "worker"
    BEAT = "beat"


class WorkerProcess(models.Model):
    """A process that runs or schedules jobs; `seen_at` is the time of its last heartbeat."""

    name = models.CharField(max_length=100, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "worker processes"

    def __str__(self) -> str:
        return self.name


class ScheduleState(models.Model):
    """The last due time of a schedule for which a run was requested. One of several processes updates it."""

    name = models.CharField(max_length=60, primary_key=True)
    last_due_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.last_due_at:%Y-%m-%d %H:%M}"
