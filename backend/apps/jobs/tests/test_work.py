"""A worker process runs due jobs."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.jobs.leases import LEASE
from apps.jobs.models import JobRun, Status
from apps.jobs.registry import JobFailed, job
from apps.jobs.worker import Worker
from core.errors import Conflict, InternalError, Unavailable
from core.rate_limits import RateLimitExceeded
from core.request_context import request_context
from core.tests.clocks import FakeClock

PATIENCE_SECONDS = 10


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "code", "is_final"),
    [
        (JobFailed("NO_MODEL"), "NO_MODEL", True),
        (Conflict(), "CONFLICT", True),
        (Unavailable(), "UNAVAILABLE", False),
        (RateLimitExceeded(calls=6, retry_after_seconds=2), "RATE_LIMITED", False),
        (InternalError(), "INTERNAL_ERROR", False),
        (ZeroDivisionError(), "INTERNAL_ERROR", False),
    ],
)
def test_client_errors_are_final_and_other_errors_are_retried(desk, error, code, is_final):
    def fail() -> None:
        raise error

    desk.before = fail
    desk.declare(max_attempts=2).request(person=1)
    Worker().work()
    run = JobRun.objects.get()
    assert (run.status, run.error_code) == (Status.FAILED if is_final else Status.QUEUED, code)

    JobRun.objects.update(due_at=timezone.now())
    Worker().work()
    run.refresh_from_db()
    assert (run.status, run.error_code) == (Status.FAILED, code)
    assert run.attempts == (1 if is_final else 2)


@pytest.mark.django_db
def test_all_due_jobs_run_even_after_a_failure(desk):
    ids = []

    def fail_once() -> None:
        ids.append(request_context().request_id)
        if len(ids) == 1:
            raise ZeroDivisionError

    desk.before = fail_once
    work = desk.declare()
    runs = [work.request(f"user:{number}", person=number).run for number in range(3)]

    assert [Worker().work(), Worker().work()] == [3, 0]
    assert desk.done == [1, 2]
    assert ids == [str(run.pk) for run in runs]  # as in the log
    assert JobRun.objects.filter(status=Status.SUCCEEDED).count() == 2


# --- Several threads ---------------------------------------------------------------------------------


class Slow:
    """A job that blocks until it is released."""

    def __init__(self, desk, **options) -> None:
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Event()
        desk.before = self._wait
        self.job = desk.declare("desk.slow", **options)
        self._threads: list[threading.Thread] = []

    def begin(self, worker: Worker) -> None:
        """Starts a thread that takes due runs; returns when the first has started."""

        def run() -> None:
            try:
                worker.work()
            finally:
                connection.close()

        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()
        assert self.begun.acquire(timeout=PATIENCE_SECONDS)

    def release(self) -> None:
        self.may_end.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _wait(self) -> None:
        self.begun.release()
        assert self.may_end.wait(PATIENCE_SECONDS)


@pytest.mark.usefixtures("stored")
def test_a_process_runs_one_long_job_at_a_time(desk):
    slow, worker = Slow(desk, is_long=True), Worker()
    for number in range(2):
        slow.job.request(f"user:{number}", person=number)
    quick_ones = []

    @job("desk.quick")
    def quick() -> None:
        quick_ones.append(1)

    slow.begin(worker)
    quick.request()

    assert worker.work() == 1
    assert quick_ones == [1]
    slow.release()
    assert desk.done == [0, 1]


@pytest.mark.usefixtures("stored")
def test_leases_are_renewed_until_the_maximum_time(desk):
    clock = FakeClock()
    slow, worker = Slow(desk, max_time=timedelta(seconds=100)), Worker(clock=clock)
    slow.job.request(person=1)
    slow.begin(worker)
    began = timezone.now()
    JobRun.objects.update(leased_until=began)
    worker.renew()
    renewed_until = JobRun.objects.get().leased_until
    assert renewed_until
    assert renewed_until > began + LEASE / 2

    clock.advance(101)
    JobRun.objects.update(leased_until=began)
    worker.renew()
    assert JobRun.objects.get().leased_until == began
    slow.release()


@pytest.mark.usefixtures("stored")
def test_a_stop_waits_for_active_runs_and_starts_no_more(desk):
    slow, worker = Slow(desk), Worker()
    slow.job.request(person=1)
    slow.begin(worker)
    slow.may_end.set()
    worker.stop(within_seconds=PATIENCE_SECONDS)
    assert JobRun.objects.get().status == Status.SUCCEEDED
    slow.job.request(person=2)
    assert worker.work() == 0
    slow.release()
