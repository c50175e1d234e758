"""Requests runs, notifies workers, reads runs, purges old ones. `leases` starts and ends them."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.jobs.models import OPEN, FailureCode, JobRun, Status, WorkerProcess
from apps.jobs.selectors import are_jobs_run
from core.database import violated_constraint

logger = logging.getLogger(__name__)


class Notifier(Protocol):
    """Notifies workers of this process or of others to look for due runs."""

    def notify(self, after_seconds: float) -> None:
        """From any thread."""


class WorkerNotifier:
    """Sends in a separate thread, so that no request waits for a broker. Joins concurrent notifications."""

    def __init__(self, send: Callable[[float], None]) -> None:
        """`send` receives the seconds until a run is due."""
        self._send = send
        self._delays: SimpleQueue[float] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()

    def notify(self, after_seconds: float) -> None:
        self._delays.put(after_seconds)
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="jobs-notifier", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            delays = {self._delays.get()}
            while not self._delays.empty():
                delays.add(self._delays.get())
            for delay in sorted(delays):
                try:
                    self._send(delay)
                except Exception as error:  # any error of a broker: the run is in the table
                    logger.warning("Could not notify workers of jobs; the scheduler will: %r", error)


_notifiers: list[Notifier] = []


def set_worker_notifier(notifier: Notifier | None) -> None:
    """Sets this process's notifier; None, the default, sends no notifications.

    A notification may be lost: the table has the run, and the scheduler looks there.
    """
    _notifiers[:] = [notifier] if notifier else []


def notify_workers(*, after_seconds: float = 0.0) -> None:
    """Notifies workers of a run that is due in `after_seconds`."""
    for notifier in _notifiers:
        notifier.notify(after_seconds)


# Retention of ended runs.
RETENTION = timedelta(days=7)
# Runs deleted per transaction, so that other writers can proceed in between.
PURGE_BATCH = 2000
# A run that waited longer than this without any live worker has failed.
PATIENCE = timedelta(seconds=60)
# Between attempts, a concurrent request's run may have ended.
REQUEST_ATTEMPTS = 5


class Requested(NamedTuple):
    """The run for a request, and whether this call created it."""

    run: JobRun
    is_new: bool


def request_run(
    *,
    kind: str,
    key: str,
    arguments: dict[str, Any],
    due_at: datetime | None = None,
    fresh_for: timedelta = timedelta(0),
    changed_at: datetime | None = None,
) -> Requested:
    """The open run of this kind and key, with any arguments; otherwise a new one.

    A run with equal arguments that succeeded within `fresh_for` is returned again, unless it started
    before `changed_at`: some of many concurrent requests arrive after its end. A constraint ensures that only
    one run is open. In a transaction, a new run is visible after the commit; then workers are
    notified.
    """
    for _ in range(REQUEST_ATTEMPTS):
        if run := JobRun.objects.filter(kind=kind, key=key, status__in=OPEN).first():
            return Requested(run, is_new=False)
        if run := _fresh_run(kind, key, arguments, fresh_for, changed_at):
            return Requested(run, is_new=False)
        now = timezone.now()
        run = JobRun(kind=kind, key=key, arguments=arguments, due_at=due_at or now, created_at=now)
        try:
            with transaction.atomic():
                run.save(force_insert=True)
                # A run may have started and ended since the check above; now the constraint prevents others.
                if ended := _fresh_run(kind, key, arguments, fresh_for, changed_at):
                    run.delete()
                    return Requested(ended, is_new=False)
                transaction.on_commit(_notify_of_new_run, robust=True)
        except IntegrityError as broken:
            if violated_constraint(broken, among=JobRun) != "job_run_open_once":
                raise
        else:
            return Requested(run, is_new=True)
    raise RuntimeError(f"Runs of {kind} end too fast: no open run found.")


def _fresh_run(
    kind: str, key: str, arguments: dict[str, Any], fresh_for: timedelta, changed_at: datetime | None
) -> JobRun | None:
    if not fresh_for:
        return None
    ended = JobRun.objects.filter(
        kind=kind, key=key, status=Status.SUCCEEDED, finished_at__gt=timezone.now() - fresh_for
    )
    if changed_at is not None:
        ended = ended.filter(started_at__gt=changed_at)
    return ended.filter(arguments=arguments).order_by("-finished_at").first()


def _notify_of_new_run() -> None:
    notify_workers()


def get_run(run_id: UUID, *, now: datetime | None = None) -> JobRun | None:
    """The run, for status requests; None if it does not exist or was purged.

    A run that waits without any live worker is marked as failed here, so that clients stop waiting.
    """
    now = now or timezone.now()
    run = JobRun.objects.filter(pk=run_id).first()
    if run is None or run.status not in OPEN or not _waits_without_worker(run, now):
        return run
    failed = {
        **{"status": Status.FAILED, "error_code": FailureCode.WORKER_AWAY, "finished_at": now},
        **{"lease": "", "leased_until": None},
    }
    JobRun.objects.filter(pk=run.pk, status=run.status, lease=run.lease, attempts=run.attempts).update(
        **failed
    )
    run.refresh_from_db()
    return run


def _waits_without_worker(run: JobRun, now: datetime) -> bool:
    waits_since = run.leased_until if run.status == Status.RUNNING else run.due_at
    return waits_since is not None and waits_since < now - PATIENCE and not are_jobs_run(now)


def purge_old_runs(*, now: datetime | None = None) -> int:
    """Deletes old ended runs and abandoned ones; returns the number of runs."""
    before = (now or timezone.now()) - RETENTION
    WorkerProcess.objects.filter(seen_at__lt=before).delete()
    old = JobRun.objects.filter(Q(finished_at__lt=before) | Q(status__in=OPEN, due_at__lt=before))
    deleted = 0
    while batch := list(old.values_list("pk", flat=True)[:PURGE_BATCH]):
        deleted += JobRun.objects.filter(pk__in=batch).delete()[0]
    return deleted


def runs_about(key: str) -> list[JobRun]:
    """All runs with this key, oldest first, for the export of personal data."""
    return list(JobRun.objects.filter(key=key).order_by("created_at"))


def delete_runs_about(key: str) -> int:
    """Deletes all runs with this key, also open ones, when a user is erased; returns their number."""
    return JobRun.objects.filter(key=key).delete()[0]
