"""What is told of a run and of those who see to runs."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.jobs.failures import Failure
from apps.jobs.leases import LEASE, end_run, fail_run
from apps.jobs.models import JobProcess, JobRun, Role, Status
from apps.jobs.payloads import job_payload
from apps.jobs.pulse import Pulse
from apps.jobs.selectors import BELIEVED_FOR, are_jobs_served, oldest_wait_seconds, runs_on_record
from apps.jobs.services import (
    KEPT_FOR,
    PATIENCE,
    forget_old_runs,
    run_as_it_stands,
)
from apps.jobs.tests.conftest import take, taken

pytestmark = pytest.mark.django_db
MOMENT = timedelta(milliseconds=1)


def as_it_stands(run: JobRun, now: datetime) -> JobRun:
    found = run_as_it_stands(run.pk, now=now)
    assert found
    return found


@pytest.fixture
def work(desk):
    return desk.declare()


def test_a_client_reads_how_far_it_is(work):
    run = work.request("user:5", person=5).run
    run.error_code = "UNAVAILABLE"  # of an attempt that others follow
    assert (job_payload(run).status, job_payload(run).error) == ("queued", None)
    run = taken()
    assert job_payload(run).status == "running"
    fail_run(run, Failure("NO_MODEL", may_try_again=False))
    run.refresh_from_db()
    told = job_payload(run)
    assert told.error
    assert (told.error.code, bool(told.finished_at)) == ("NO_MODEL", True)


# --- Nobody there ------------------------------------------------------------------------------------


def test_both_roles_have_to_be_filled_and_who_leaves_in_order_is_not_believed_any_longer():
    now, worker, beat = timezone.now(), Pulse(Role.WORKER), Pulse(Role.BEAT)
    assert not are_jobs_served(now)
    worker.beat(now=now)
    assert not are_jobs_served(now)
    beat.beat(now=now)
    beat.beat(now=now)
    assert JobProcess.objects.count() == 2
    assert are_jobs_served(now)
    assert are_jobs_served(now + BELIEVED_FOR - MOMENT)
    assert not are_jobs_served(now + BELIEVED_FOR)
    worker.end()
    worker.beat(now=now)  # once more, at the last moment
    assert not are_jobs_served(now)


def test_a_run_that_waits_without_any_worker_fails_when_it_is_looked_at(work):
    run = work.request(person=1).run
    due_at = run.due_at
    assert as_it_stands(run, due_at + PATIENCE).status == Status.QUEUED
    later = due_at + 10 * PATIENCE
    Pulse(Role.WORKER).beat(now=later)
    assert as_it_stands(run, later).status == Status.QUEUED  # behind others
    JobProcess.objects.all().delete()
    looked_at = as_it_stands(run, due_at + PATIENCE + MOMENT)

    assert (looked_at.status, looked_at.error_code) == (Status.FAILED, "WORKER_AWAY")
    assert run_as_it_stands(uuid4()) is None
    assert take() is None
    assert work.request(person=1).is_new


def test_a_run_whose_worker_died_fails_only_when_no_other_one_comes(work):
    work.request(person=1)
    now = timezone.now()
    run = taken(now)
    in_vain = now + LEASE + PATIENCE + MOMENT

    assert as_it_stands(run, in_vain - 2 * MOMENT).status == Status.RUNNING
    assert as_it_stands(run, in_vain).error_code == "WORKER_AWAY"
    assert not end_run(run, result=None)


# --- On record ---------------------------------------------------------------------------------------


def test_runs_are_counted_and_the_oldest_wait_is_that_of_those_that_could_have_begun(work):
    now = timezone.now()
    assert oldest_wait_seconds(now) == 0
    for key in ("a", "b", "c"):
        work.request(key, person=1)
    end_run(taken(), result=None)
    assert runs_on_record() == {("desk.work", "queued"): 2, ("desk.work", "succeeded"): 1}
    for seconds, waited in ((7, 7), (-7, 0)):
        JobRun.objects.update(due_at=now - timedelta(seconds=seconds))
        assert oldest_wait_seconds(now) == waited


def test_what_ended_long_ago_and_what_nobody_will_run_any_more_is_forgotten(work):
    now = timezone.now()
    for key in ("old", "new", "open"):
        work.request(key, person=1)
    old, new = (taken() for _ in range(2))
    end_run(old, result=None, now=now - KEPT_FOR - MOMENT)
    end_run(new, result=None, now=now - KEPT_FOR + MOMENT)
    long_ago = now - 2 * KEPT_FOR
    JobProcess.objects.create(name="gone", role=Role.WORKER, started_at=long_ago, seen_at=long_ago)

    assert forget_old_runs(now=now) == 1
    assert {run.key for run in JobRun.objects.all()} == {"new", "open"}
    assert not JobProcess.objects.exists()
    assert forget_old_runs(now=now + KEPT_FOR + timedelta(minutes=1)) == 2
