"""Asking for runs, looking at them, forgetting them. How a run is begun and ended: `leases`."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.jobs.failures import FailureCode
from apps.jobs.messages import tell_workers
from apps.jobs.models import OPEN, JobProcess, JobRun, Status
from apps.jobs.selectors import are_jobs_run
from core.constraints import violated_constraint

# Ended runs are on record for so long.
KEPT_FOR = timedelta(days=7)
# So many are forgotten in one transaction, so that writers get their turn in between.
FORGET_BATCH = 2000
# A run for which nobody came within this time, while nobody is there, has failed.
PATIENCE = timedelta(seconds=60)
# Each time another one may have asked in between, and its run ended.
REQUEST_ATTEMPTS = 5


class Requested(NamedTuple):
    """The run that answers a request, and whether this call has made it."""

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
    """The open run of this kind and key, whatever its arguments; else a new one.

    One with the same arguments that succeeded no longer than `fresh_for` ago is given again, unless it began
    before `changed_at`: of many who ask at once some ask when it has ended. A constraint holds that one alone
    is open, however many ask. In a transaction a new run is there when that is committed; then workers are
    told.
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
                # Begun and ended since the look above; from here on the constraint keeps others out.
                if ended := _fresh_run(kind, key, arguments, fresh_for, changed_at):
                    run.delete()
                    return Requested(ended, is_new=False)
                transaction.on_commit(_tell_of_new_run, robust=True)
        except IntegrityError as broken:
            if violated_constraint(broken, among=JobRun) != "job_run_open_once":
                raise
        else:
            return Requested(run, is_new=True)
    raise RuntimeError(f"Runs of {kind} come and go too fast to get hold of one.")


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


def _tell_of_new_run() -> None:
    tell_workers()


def run_as_it_stands(run_id: UUID, *, now: datetime | None = None) -> JobRun | None:
    """The run, for whoever asks how far it is; None when it isn't known (any more).

    One that waits in vain, because no worker lives, fails here: who asks isn't kept waiting for ever.
    """
    now = now or timezone.now()
    run = JobRun.objects.filter(pk=run_id).first()
    if run is None or run.status not in OPEN or not _has_waited_in_vain(run, now):
        return run
    given_up = {
        **{"status": Status.FAILED, "error_code": FailureCode.WORKER_AWAY, "finished_at": now},
        **{"lease": "", "leased_until": None},
    }
    JobRun.objects.filter(pk=run.pk, status=run.status, lease=run.lease, attempts=run.attempts).update(
        **given_up
    )
    run.refresh_from_db()
    return run


def _has_waited_in_vain(run: JobRun, now: datetime) -> bool:
    waits_since = run.leased_until if run.status == Status.RUNNING else run.due_at
    return waits_since is not None and waits_since < now - PATIENCE and not are_jobs_run(now)


def forget_old_runs(*, now: datetime | None = None) -> int:
    """Deletes what ended long ago, and what nobody will run any more; returns how many runs went."""
    before = (now or timezone.now()) - KEPT_FOR
    JobProcess.objects.filter(seen_at__lt=before).delete()
    old = JobRun.objects.filter(Q(finished_at__lt=before) | Q(status__in=OPEN, due_at__lt=before))
    gone = 0
    while batch := list(old.values_list("pk", flat=True)[:FORGET_BATCH]):
        gone += JobRun.objects.filter(pk__in=batch).delete()[0]
    return gone


def runs_about(key: str) -> list[JobRun]:
    """All that is on record about this key, oldest first: for who exports what is known of a person."""
    return list(JobRun.objects.filter(key=key).order_by("created_at"))


def forget_runs_about(key: str) -> int:
    """Deletes every run about this key, also open ones, as when a person is erased; returns how many."""
    return JobRun.objects.filter(key=key).delete()[0]
