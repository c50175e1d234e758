"""The status of runs, workers and schedulers."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.jobs.leases import LEASE, end_run, fail_run
from apps.jobs.models import JobRun, Role, Status, WorkerProcess
from apps.jobs.payloads import job_payload
from apps.jobs.registry import Failure
from apps.jobs.selectors import HEARTBEAT_TTL, are_jobs_served, count_runs, oldest_wait_seconds
from apps.jobs.services import (
    PATIENCE,
    RETENTION,
    get_run,
    purge_old_runs,
)
from apps.jobs.tests.conftest import take, taken
from apps.jobs.worker import ProcessHeartbeat

pytestmark = pytest.mark.django_db
MOMENT = timedelta(milliseconds=1)


def run_at(run: JobRun, now: datetime) -> JobRun:
    found = get_run(run.pk, now=now)
    assert found
    return found


@pytest.fixture
def work(desk):
    return desk.declare()


def test_clients_receive_the_progress(work):
    run = work.request("user:5", person=5).run
    run.error_code = "UNAVAILABLE"  # of an attempt that will be retried
    assert (job_payload(run).status, job_payload(run).error) == ("queued", None)
    run = taken()
    assert job_payload(run).status == "running"
    fail_run(run, Failure("NO_MODEL", may_retry=False))
    run.refresh_from_db()
    payload = job_payload(run)
    assert payload.error
    assert (payload.error.code, bool(payload.finished_at)) == ("NO_MODEL", True)


# --- Without workers ---------------------------------------------------------------------------------


def test_jobs_need_a_worker_and_a_scheduler_and_an_orderly_end_takes_effect_immediately():
    now, worker, beat = timezone.now(), ProcessHeartbeat(Role.WORKER), ProcessHeartbeat(Role.BEAT)
    assert not are_jobs_served(now)
    worker.beat(now=now)
    assert not are_jobs_served(now)
    beat.beat(now=now)
    beat.beat(now=now)
    assert WorkerProcess.objects.count() == 2
    assert are_jobs_served(now)
    assert are_jobs_served(now + HEARTBEAT_TTL - MOMENT)
    assert not are_jobs_served(now + HEARTBEAT_TTL)
    worker.end()
    worker.beat(now=now)  # a late heartbeat
    assert not are_jobs_served(now)


def test_a_run_without_any_worker_fails_when_its_status_is_read(work):
    run = work.request(person=1).run
    due_at = run.due_at
    assert run_at(run, due_at + PATIENCE).status == Status.QUEUED
    later = due_at + 10 * PATIENCE
    ProcessHeartbeat(Role.WORKER).beat(now=later)
    assert run_at(run, later).status == Status.QUEUED  # waiting for other runs
    WorkerProcess.objects.all().delete()
    looked_at = run_at(run, due_at + PATIENCE + MOMENT)

    assert (looked_at.status, looked_at.error_code) == (Status.FAILED, "WORKER_AWAY")
    assert get_run(uuid4()) is None
    assert take() is None
    assert work.request(person=1).is_new


def test_a_run_of_a_dead_worker_fails_only_without_another_worker(work):
    work.request(person=1)
    now = timezone.now()
    run = taken(now)
    without_success = now + LEASE + PATIENCE + MOMENT

    assert run_at(run, without_success - 2 * MOMENT).status == Status.RUNNING
    assert run_at(run, without_success).error_code == "WORKER_AWAY"
    assert not end_run(run, result=None)


# --- Statistics and purging --------------------------------------------------------------------------


def test_runs_are_counted_and_the_oldest_wait_is_that_of_due_runs(work):
    now = timezone.now()
    assert oldest_wait_seconds(now) == 0
    for key in ("a", "b", "c"):
        work.request(key, person=1)
    end_run(taken(), result=None)
    assert count_runs() == {("desk.work", "queued"): 2, ("desk.work", "succeeded"): 1}
    for seconds, waited in ((7, 7), (-7, 0)):
        JobRun.objects.update(due_at=now - timedelta(seconds=seconds))
        assert oldest_wait_seconds(now) == waited


def test_old_ended_runs_and_abandoned_runs_are_purged(work):
    now = timezone.now()
    for key in ("old", "new", "open"):
        work.request(key, person=1)
    old, new = (taken() for _ in range(2))
    end_run(old, result=None, now=now - RETENTION - MOMENT)
    end_run(new, result=None, now=now - RETENTION + MOMENT)
    long_ago = now - 2 * RETENTION
    WorkerProcess.objects.create(name="gone", role=Role.WORKER, started_at=long_ago, seen_at=long_ago)

    assert purge_old_runs(now=now) == 1
    assert {run.key for run in JobRun.objects.all()} == {"new", "open"}
    assert not WorkerProcess.objects.exists()
    assert purge_old_runs(now=now + RETENTION + timedelta(minutes=1)) == 2
