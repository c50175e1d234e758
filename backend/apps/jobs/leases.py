"""Starts and ends runs. Only the holder of a run's lease may end it; a lease expires unless renewed."""

import random
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.jobs.models import FailureCode, JobRun, Status
from apps.jobs.registry import Failure, job_named, retry_delay_seconds
from apps.jobs.selectors import due_runs
from apps.jobs.services import notify_workers

# A worker renews its leases with each heartbeat, every 15 seconds.
LEASE = timedelta(seconds=60)
LEASE_BYTES = 12


def take_run(*, kinds: Collection[str], now: datetime | None = None) -> JobRun | None:
    """Starts the run that has been due longest, exclusively for the caller; None if none is due.

    Runs that were started `max_attempts` times without ending are marked as failed.
    """
    now = now or timezone.now()
    # Most notifications find nothing left to do; this check takes no lock.
    while due_runs(now, kinds).exists():
        with transaction.atomic():
            run = due_runs(now, kinds).select_for_update(skip_locked=True).order_by("due_at").first()
            if run is None:
                return None
            if run.attempts < job_named(run.kind).max_attempts:
                return _started(run, now)
            _end(run, now, status=Status.FAILED, error_code=FailureCode.WORKER_LOST)
    return None


def _started(run: JobRun, now: datetime) -> JobRun:
    run.status = Status.RUNNING
    run.attempts += 1
    run.lease = secrets.token_hex(LEASE_BYTES)
    run.leased_until = now + LEASE
    run.started_at = now
    run.save(update_fields=["status", "attempts", "lease", "leased_until", "started_at"])
    return run


def renew_leases(leases: Collection[str], *, now: datetime | None = None) -> None:
    held = JobRun.objects.filter(lease__in=leases, status=Status.RUNNING)
    held.update(leased_until=(now or timezone.now()) + LEASE)


def end_run(run: JobRun, *, result: dict[str, Any] | None, now: datetime | None = None) -> bool:
    """Marks the run as succeeded. False if the lease was lost; then nothing is written."""
    return _end(run, now or timezone.now(), status=Status.SUCCEEDED, result=result, error_code="")


def fail_run(run: JobRun, failure: Failure, *, now: datetime | None = None) -> bool:
    """Marks the run as failed permanently. False if the lease was lost."""
    return _end(run, now or timezone.now(), status=Status.FAILED, error_code=failure.code)


def reschedule_run(run: JobRun, failure: Failure, *, now: datetime | None = None) -> bool:
    """Schedules a retry, with a longer delay after each attempt. False if the lease was lost."""
    now = now or timezone.now()
    delay = retry_delay_seconds(run.attempts, random.random())  # noqa: S311 - keeps runs apart, not secrets
    has_lease = _write(
        run, status=Status.QUEUED, due_at=now + timedelta(seconds=delay), error_code=failure.code
    )
    if has_lease:
        notify_workers(after_seconds=delay)
    return has_lease


def release_runs(leases: Collection[str], *, now: datetime | None = None) -> int:
    """Releases unfinished runs during an orderly shutdown: the next worker restarts them.

    The attempt does not count. Returns the number of runs.
    """
    held = JobRun.objects.filter(lease__in=leases, status=Status.RUNNING)
    return held.update(
        **{"status": Status.QUEUED, "due_at": now or timezone.now(), "attempts": F("attempts") - 1},
        **{"lease": "", "leased_until": None},
    )


def _end(run: JobRun, now: datetime, **fields: Any) -> bool:
    return _write(run, finished_at=now, **fields)


def _write(run: JobRun, **fields: Any) -> bool:
    """Writes only while the caller holds the lease: another worker may have taken the run over."""
    own = JobRun.objects.filter(pk=run.pk, lease=run.lease, status=Status.RUNNING)
    return own.update(**fields, lease="", leased_until=None) == 1
