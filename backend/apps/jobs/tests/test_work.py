"""What a worker process makes of the runs that are due."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.jobs.failures import JobFailed
from apps.jobs.leases import LEASE
from apps.jobs.models import JobRun, Status
from apps.jobs.registry import job
from apps.jobs.work import Workbench
from core.errors import Conflict, InternalError, Unavailable
from core.rate_limits import TooManyCalls
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
        (TooManyCalls(calls=6, retry_after_seconds=2), "RATE_LIMITED", False),
        (InternalError(), "INTERNAL_ERROR", False),
        (ZeroDivisionError(), "INTERNAL_ERROR", False),
    ],
)
def test_a_refusal_is_final_and_anything_else_is_tried_again(desk, error, code, is_final):
    def fail() -> None:
        raise error

    desk.before = fail
    desk.declare(max_attempts=2).request(person=1)
    Workbench().work()
    run = JobRun.objects.get()
    assert (run.status, run.error_code) == (Status.FAILED if is_final else Status.QUEUED, code)

    JobRun.objects.update(due_at=timezone.now())
    Workbench().work()
    run.refresh_from_db()
    assert (run.status, run.error_code) == (Status.FAILED, code)
    assert run.attempts == (1 if is_final else 2)


@pytest.mark.django_db
def test_all_that_is_due_is_run_also_after_one_that_fails(desk):
    ids = []

    def fail_once() -> None:
        ids.append(request_context().request_id)
        if len(ids) == 1:
            raise ZeroDivisionError

    desk.before = fail_once
    work = desk.declare()
    runs = [work.request(f"user:{number}", person=number).run for number in range(3)]

    assert [Workbench().work(), Workbench().work()] == [3, 0]
    assert desk.done == [1, 2]
    assert ids == [str(run.pk) for run in runs]  # as the log has them
    assert JobRun.objects.filter(status=Status.SUCCEEDED).count() == 2


# --- Several threads ---------------------------------------------------------------------------------


class Slow:
    """A job that goes on until it is let go."""

    def __init__(self, desk, **options) -> None:
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Event()
        desk.before = self._wait
        self.job = desk.declare("desk.slow", **options)
        self._threads: list[threading.Thread] = []

    def begin(self, bench: Workbench) -> None:
        """Another thread takes what is due; returns when the first has begun."""

        def run() -> None:
            try:
                bench.work()
            finally:
                connection.close()

        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()
        assert self.begun.acquire(timeout=PATIENCE_SECONDS)

    def let_go(self) -> None:
        self.may_end.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _wait(self) -> None:
        self.begun.release()
        assert self.may_end.wait(PATIENCE_SECONDS)


@pytest.mark.usefixtures("stored")
def test_a_process_runs_one_long_job_at_a_time(desk):
    slow, bench = Slow(desk, is_long=True), Workbench()
    for number in range(2):
        slow.job.request(f"user:{number}", person=number)
    quick_ones = []

    @job("desk.quick")
    def quick() -> None:
        quick_ones.append(1)

    slow.begin(bench)
    quick.request()

    assert bench.work() == 1
    assert quick_ones == [1]
    slow.let_go()
    assert desk.done == [0, 1]


@pytest.mark.usefixtures("stored")
def test_what_is_held_is_renewed_until_it_takes_too_long(desk):
    clock = FakeClock()
    slow, bench = Slow(desk, max_time=timedelta(seconds=100)), Workbench(clock=clock)
    slow.job.request(person=1)
    slow.begin(bench)
    began = timezone.now()
    JobRun.objects.update(leased_until=began)
    bench.renew()
    renewed_until = JobRun.objects.get().leased_until
    assert renewed_until
    assert renewed_until > began + LEASE / 2

    clock.advance(101)
    JobRun.objects.update(leased_until=began)
    bench.renew()
    assert JobRun.objects.get().leased_until == began
    slow.let_go()


@pytest.mark.usefixtures("stored")
def test_a_stop_waits_for_what_is_about_to_end_and_begins_nothing(desk):
    slow, bench = Slow(desk), Workbench()
    slow.job.request(person=1)
    slow.begin(bench)
    slow.may_end.set()
    bench.stop(within_seconds=PATIENCE_SECONDS)
    assert JobRun.objects.get().status == Status.SUCCEEDED
    slow.job.request(person=2)
    assert bench.work() == 0
    slow.let_go()
