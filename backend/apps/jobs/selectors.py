"""Reads of jobs: live processes, due runs, statistics."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from apps.jobs.models import OPEN, JobRun, Role, Status, WorkerProcess

# The interval of heartbeats.
HEARTBEAT_EVERY_SECONDS = 15.0
# A process without a heartbeat for this time is considered dead.
HEARTBEAT_TTL = timedelta(seconds=45)


def roles_seen(now: datetime) -> set[str]:
    """The roles with a recent heartbeat."""
    seen = WorkerProcess.objects.filter(seen_at__gt=now - HEARTBEAT_TTL)
    return set(seen.values_list("role", flat=True).distinct())


def are_jobs_run(now: datetime) -> bool:
    """Whether a worker is alive."""
    return Role.WORKER in roles_seen(now)


def are_jobs_served(now: datetime) -> bool:
    """Whether both roles are alive: jobs are run, and schedules request their runs."""
    return roles_seen(now) >= set(Role.values)


def due_runs(now: datetime, kinds: Collection[str]) -> QuerySet[JobRun]:
    """Runs that a worker may take: queued runs that are due, and runs whose lease has expired."""
    is_lost = Q(status=Status.RUNNING, leased_until__lte=now)
    is_queued = Q(status=Status.QUEUED)
    return JobRun.objects.filter(is_queued | is_lost, status__in=OPEN, due_at__lte=now, kind__in=kinds)


def oldest_wait_seconds(now: datetime) -> float:
    """Seconds for which the oldest due run has been waiting; 0 if none waits."""
    queued = JobRun.objects.filter(status=Status.QUEUED, due_at__lte=now)
    oldest: datetime | None = queued.aggregate(oldest=Min("due_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0


def count_runs() -> dict[tuple[str, str], int]:
    """The number of runs by kind and status."""
    rows = JobRun.objects.order_by().values_list("kind", "status").annotate(number=Count("pk"))
    return {(kind, status): number for kind, status, number in rows}
