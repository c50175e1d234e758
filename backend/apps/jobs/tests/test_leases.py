"""A run is started by one worker, and by another one after its lease has expired."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.jobs.leases import LEASE, end_run, fail_run, release_runs, reschedule_run, take_run
from apps.jobs.models import FailureCode, JobRun, Status
from apps.jobs.registry import Failure
from apps.jobs.tests.concurrent_users import run_concurrently
from apps.jobs.tests.conftest import take, taken

WORKERS = 8
RUNS = 40
BROKEN = Failure("BROKEN", may_retry=True)
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def work(db, desk):
    return desk.declare(max_attempts=3)


def test_the_run_that_has_been_due_for_longest_is_first(work):
    keys, now = ["a", "b", "c"], timezone.now() + timedelta(seconds=1)
    for key in keys:
        work.request(key, person=1)
    assert take_run(kinds=["desk.other"]) is None

    runs = [JobRun.objects.get(pk=taken(now).pk) for _ in keys]

    assert [run.key for run in runs] == keys
    assert take(now) is None
    run = runs[0]
    assert (run.status, run.attempts, run.started_at) == (Status.RUNNING, 1, now)
    assert run.leased_until == now + LEASE


@pytest.mark.usefixtures("stored")
def test_concurrent_workers_take_each_run_once(desk):
    work = desk.declare()
    for number in range(RUNS):
        work.request(f"user:{number}", person=number)

    def take_all(_index: int) -> list[str]:
        keys = []
        while run := take():
            keys.append(run.key)
            end_run(run, result=None)
        return keys

    keys = [key for part in run_concurrently(WORKERS, take_all) for key in part]

    assert sorted(keys) == sorted(f"user:{number}" for number in range(RUNS))


def test_after_its_lease_expired_another_worker_takes_the_run(work):
    work.request(person=1)
    now = timezone.now()
    lost = taken(now)

    assert take(now + LEASE - MOMENT) is None
    found = taken(now + LEASE)
    assert (found.pk, found.attempts) == (lost.pk, 2)
    assert not end_run(lost, result={"from": "lost"})
    assert not fail_run(lost, BROKEN)
    assert not reschedule_run(lost, BROKEN)
    assert end_run(found, result={"from": "found"})
    ended = JobRun.objects.get()
    assert (ended.status, ended.result, ended.error_code) == (Status.SUCCEEDED, {"from": "found"}, "")
    assert (ended.lease, ended.leased_until) == ("", None)
    assert ended.finished_at


def test_a_run_that_kills_all_workers_fails_finally(work):
    requested = work.request(person=1).run
    now = timezone.now()
    for attempt in range(3):
        assert taken(now + attempt * LEASE).attempts == attempt + 1

    assert take(now + 3 * LEASE) is None
    requested.refresh_from_db()
    assert (requested.status, requested.error_code) == (Status.FAILED, FailureCode.WORKER_LOST)
    assert (requested.result, requested.lease, requested.leased_until) == (None, "", None)
    assert requested.finished_at


def test_retries_have_growing_delays(work, words):
    requested = work.request(person=1).run
    now = timezone.now()
    for attempt in range(2):
        run = taken(now)
        assert reschedule_run(run, BROKEN, now=now)
        run.refresh_from_db()
        wait = (run.due_at - now).total_seconds()
        assert 2.0**attempt <= wait <= 2.0 ** (attempt + 1)
        assert words.delays[-1] == pytest.approx(wait, abs=0.001)
        assert take(run.due_at - MOMENT) is None
        now = run.due_at

    assert (run.status, run.error_code) == (Status.QUEUED, "BROKEN")
    assert work.request(person=1) == (requested, False)  # it is still open


def test_a_released_run_restarts_immediately_and_does_not_count_as_an_attempt(work):
    work.request(person=1)
    now = timezone.now()
    run = taken(now)

    assert release_runs([run.lease], now=now) == 1
    assert not end_run(run, result=None)
    assert taken(now).attempts == 1
