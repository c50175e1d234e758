"""Repeated and concurrent requests for a job return the same run."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.jobs import services
from apps.jobs.leases import end_run, take_run
from apps.jobs.models import JobRun, Status
from apps.jobs.registry import job, job_named
from apps.jobs.services import WorkerNotifier
from apps.jobs.tests.concurrent_users import run_concurrently
from apps.jobs.worker import Worker

MINUTE = timedelta(minutes=1)
AT_ONCE, KEYS = 20, 10
PATIENCE_SECONDS = 10


@pytest.mark.django_db
def test_requests_return_the_open_run(desk):
    work = desk.declare()
    first, again = work.request("user:5", person=5), work.request("user:5", person=6)
    others = work.request("user:7", person=7), desk.declare("desk.two").request("user:5", person=5)

    assert (first.is_new, again) == (True, (first.run, False))
    assert [other.is_new for other in others] == [True, True]
    assert len({first.run.pk, *(other.run.pk for other in others)}) == 3
    assert (again.run.arguments, first.run.status) == ({"person": 5}, Status.QUEUED)

    run = take_run(kinds=[work.kind])
    assert run
    assert run == first.run
    assert work.request("user:5", person=5) == (run, False)
    end_run(run, result=None)
    assert work.request("user:5", person=5).is_new


@pytest.mark.django_db
def test_requests_with_equal_arguments_return_a_fresh_run(desk):
    work = desk.declare(fresh_for=MINUTE)
    first = work.request("user:5", person=5)
    Worker().work()

    again = work.request("user:5", person=5)
    for_another, of_another_job = work.request("user:7", person=5), desk.declare("desk.two").request("user:5")
    otherwise = work.request("user:5", person=6)

    assert again == (first.run, False)
    assert again.run.status == Status.SUCCEEDED
    assert (otherwise.is_new, for_another.is_new, of_another_job.is_new) == (True, True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("ended", [{"finished_at": timezone.now() - 2 * MINUTE}, {"status": Status.FAILED}])
def test_old_and_failed_runs_are_not_returned(desk, ended: dict[str, Any]):
    work = desk.declare(fresh_for=MINUTE)
    first = work.request("user:5", person=5)
    Worker().work()
    JobRun.objects.filter(pk=first.run.pk).update(**ended)
    assert work.request("user:5", person=5).is_new


@pytest.mark.django_db
def test_runs_started_before_a_change_are_not_returned(desk):
    work = desk.declare(fresh_for=MINUTE)
    before = timezone.now()
    first = work.request_after(None, "user:5", person=5)
    Worker().work()

    same = work.request_after(before, "user:5", person=5)
    changed = work.request_after(timezone.now(), "user:5", person=5)
    meanwhile = work.request_after(timezone.now(), "user:5", person=5)

    assert (first.is_new, same) == (True, (first.run, False))
    assert (changed.is_new, meanwhile) == (True, (changed.run, False))


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("is_worked_on", [False, True], ids=["no worker", "a worker"])
def test_concurrent_requests_create_one_run_per_key(desk, words, *, is_worked_on: bool):
    work = desk.declare(fresh_for=MINUTE)
    is_over = threading.Event()

    def keep_working() -> None:
        while is_worked_on and not is_over.is_set():
            Worker().work()
        connection.close()

    def ask(_index: int) -> list[tuple[str, bool]]:
        asked = [work.request(f"user:{number}", person=number) for number in range(KEYS)]
        return [(str(run.pk), is_new) for run, is_new in asked]

    worker = threading.Thread(target=keep_working)
    worker.start()
    try:
        responses = run_concurrently(AT_ONCE, ask)
    finally:
        is_over.set()
        worker.join()
    assert is_worked_on or desk.done == []
    Worker().work()

    assert sorted(desk.done) == list(range(KEYS))
    assert JobRun.objects.count() == len(words.delays) == KEYS
    for of_key in zip(*responses, strict=True):
        assert len({pk for pk, _ in of_key}) == 1
        assert sum(is_new for _, is_new in of_key) == 1


@pytest.mark.usefixtures("stored")
def test_a_run_that_ended_during_the_request_is_returned(desk, words, monkeypatch):
    """The race between check and insert, which is rare with real threads."""
    work = desk.declare(fresh_for=MINUTE)
    first = work.request("user:5", person=5).run
    Worker().work()
    look, looks = services._fresh_run, []

    def look_up_too_early(*arguments: Any) -> JobRun | None:
        looks.append(arguments)
        return look(*arguments) if len(looks) > 1 else None

    monkeypatch.setattr(services, "_fresh_run", look_up_too_early)

    assert work.request("user:5", person=5) == (first, False)
    assert (len(looks), JobRun.objects.count(), len(words.delays)) == (2, 1, 1)


@pytest.mark.usefixtures("stored")
def test_workers_are_notified_after_the_commit_of_new_runs(desk, words):
    work = desk.declare()
    with transaction.atomic():
        work.request("user:5", person=5)
        transaction.set_rollback(True)
    assert (words.delays, JobRun.objects.exists()) == ([], False)

    with transaction.atomic():
        work.request("user:5", person=5)
        assert words.delays == []
    work.request("user:5", person=5)
    assert words.delays == [0.0]


def test_jobs_have_unique_names_and_keyword_arguments(desk):
    declared = desk.declare()
    assert (declared(person=5), desk.done) == ({"person": 5}, [5])
    assert job_named("desk.work") is declared
    with pytest.raises(TypeError, match="Pass keyword arguments"):
        declared.request("user:5", 5)
    with pytest.raises(ValueError, match="Duplicate job"):
        job("desk.work")(lambda: None)


# --- Notifications of workers: sent by a separate thread, failures are ignored --------------------------


class BlockedBroker:
    """A broker that blocks the first notification until released."""

    def __init__(self) -> None:
        self.sent: list[float] = []
        self.arrived = threading.Semaphore(0)
        self.may_go = threading.Event()

    def __call__(self, after_seconds: float) -> None:
        assert self.may_go.wait(PATIENCE_SECONDS)
        self.sent.append(after_seconds)
        self.arrived.release()

    def wait(self, number: int) -> None:
        for _ in range(number):
            assert self.arrived.acquire(timeout=PATIENCE_SECONDS)


def test_notifying_does_not_block_and_notifications_are_joined():
    post = BlockedBroker()
    messenger = WorkerNotifier(post)
    for _ in range(1000):
        messenger.notify(0.0)
    messenger.notify(7.0)
    post.may_go.set()
    post.wait(2)

    assert post.sent[-1] == 7.0 or post.sent[-2:] == [7.0, 0.0]
    assert len(post.sent) <= 4


def test_an_unavailable_broker_is_ignored():
    arrived = threading.Event()
    failures = [ConnectionError("the broker is unavailable")]

    def send(_seconds: float) -> None:
        if failures:
            raise failures.pop()
        arrived.set()

    messenger = WorkerNotifier(send)
    messenger.notify(0.0)
    messenger.notify(1.0)

    assert arrived.wait(PATIENCE_SECONDS)
