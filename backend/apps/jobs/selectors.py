"""Reads of jobs: who sees to them, what waits, what became of what."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from apps.jobs.models import OPEN, JobProcess, JobRun, Role, Status

# Processes show so often that they live …
PULSE_SECONDS = 15.0
# … and are believed for so long.
BELIEVED_FOR = timedelta(seconds=45)


def roles_seen(now: datetime) -> set[str]:
    """Which roles somebody has filled lately."""
    seen = JobProcess.objects.filter(seen_at__gt=now - BELIEVED_FOR)
    return set(seen.values_list("role", flat=True).distinct())


def are_jobs_run(now: datetime) -> bool:
    """Whether a worker lives."""
    return Role.WORKER in roles_seen(now)


def are_jobs_served(now: datetime) -> bool:
    """Whether somebody fills each role: jobs are run, and what schedules ask for is made."""
    return roles_seen(now) >= set(Role.values)


def due_runs(now: datetime, kinds: Collection[str]) -> QuerySet[JobRun]:
    """What a worker may take: queued runs whose time has come, and those that their worker has lost."""
    is_lost = Q(status=Status.RUNNING, leased_until__lte=now)
    is_queued = Q(status=Status.QUEUED)
    return JobRun.objects.filter(is_queued | is_lost, status__in=OPEN, due_at__lte=now, kind__in=kinds)


def oldest_wait_seconds(now: datetime) -> float:
    """For how long the oldest queued run could have been begun; 0 when none waits."""
    queued = JobRun.objects.filter(status=Status.QUEUED, due_at__lte=now)
    oldest: datetime | None = queued.aggregate(oldest=Min("due_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0


def runs_on_record() -> dict[tuple[str, str], int]:
    """How many runs there are of each kind and status."""
    rows = JobRun.objects.order_by().values_list("kind", "status").annotate(number=Count("pk"))
    return {(kind, status): number for kind, status, number in rows}
