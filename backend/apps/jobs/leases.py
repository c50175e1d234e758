"""How a run is begun and ended. Who holds its lease may end it; a lease that isn't renewed runs out."""

import random
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.jobs.backoff import delay_seconds
from apps.jobs.failures import Failure, FailureCode
from apps.jobs.messages import tell_workers
from apps.jobs.models import JobRun, Status
from apps.jobs.registry import job_named
from apps.jobs.selectors import due_runs

# A worker renews what it holds at each of its pulses, every 15 seconds.
LEASE = timedelta(seconds=60)
LEASE_BYTES = 12


def take_run(*, kinds: Collection[str], now: datetime | None = None) -> JobRun | None:
    """Begins the run that has been due for longest, for the caller alone; None when nothing is due.

    One that was begun as often as its job allows, and never ended, fails on the way.
    """
    now = now or timezone.now()
    # Most words find that others have done it all: this takes no lock.
    while due_runs(now, kinds).exists():
        with transaction.atomic():
            run = due_runs(now, kinds).select_for_update(skip_locked=True).order_by("due_at").first()
            if run is None:
                return None
            if run.attempts < job_named(run.kind).max_attempts:
                return _begun(run, now)
            _end(run, now, status=Status.FAILED, error_code=FailureCode.WORKER_LOST)
    return None


def _begun(run: JobRun, now: datetime) -> JobRun:
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
    """It has succeeded. False when the lease was lost, and so nothing is written."""
    return _end(run, now or timezone.now(), status=Status.SUCCEEDED, result=result, error_code="")


def fail_run(run: JobRun, failure: Failure, *, now: datetime | None = None) -> bool:
    """It has failed for good. False when the lease was lost."""
    return _end(run, now or timezone.now(), status=Status.FAILED, error_code=failure.code)


def put_off_run(run: JobRun, failure: Failure, *, now: datetime | None = None) -> bool:
    """It is to be tried again, later after each attempt. False when the lease was lost."""
    now = now or timezone.now()
    delay = delay_seconds(run.attempts, random.random())  # noqa: S311 - keeps runs apart, not secrets
    is_mine = _write(
        run, status=Status.QUEUED, due_at=now + timedelta(seconds=delay), error_code=failure.code
    )
    if is_mine:
        tell_workers(after_seconds=delay)
    return is_mine


def give_back_runs(leases: Collection[str], *, now: datetime | None = None) -> int:
    """Their worker stops in order before they have ended: whoever comes next begins them anew.

    That was no attempt of theirs. Returns how many there were.
    """
    held = JobRun.objects.filter(lease__in=leases, status=Status.RUNNING)
    return held.update(
        **{"status": Status.QUEUED, "due_at": now or timezone.now(), "attempts": F("attempts") - 1},
        **{"lease": "", "leased_until": None},
    )


def _end(run: JobRun, now: datetime, **fields: Any) -> bool:
    return _write(run, finished_at=now, **fields)


def _write(run: JobRun, **fields: Any) -> bool:
    """Writes only while the lease is the run's own: another worker may have taken it over."""
    mine = JobRun.objects.filter(pk=run.pk, lease=run.lease, status=Status.RUNNING)
    return mine.update(**fields, lease="", leased_until=None) == 1
