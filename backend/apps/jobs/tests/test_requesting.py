"""Who asks for a job twice gets the same one, however many ask at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.jobs import services
from apps.jobs.leases import end_run, take_run
from apps.jobs.messages import Messenger
from apps.jobs.models import JobRun, Status
from apps.jobs.registry import job, job_named
from apps.jobs.tests.crowd import all_at_once
from apps.jobs.work import Workbench

MINUTE = timedelta(minutes=1)
AT_ONCE, KEYS = 20, 10
PATIENCE_SECONDS = 10


@pytest.mark.django_db
def test_a_run_is_given_again_until_it_has_ended(desk):
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
def test_what_is_fresh_is_given_again_to_who_asks_for_the_same(desk):
    work = desk.declare(fresh_for=MINUTE)
    first = work.request("user:5", person=5)
    Workbench().work()

    again = work.request("user:5", person=5)
    for_another, of_another_job = work.request("user:7", person=5), desk.declare("desk.two").request("user:5")
    otherwise = work.request("user:5", person=6)

    assert again == (first.run, False)
    assert again.run.status == Status.SUCCEEDED
    assert (otherwise.is_new, for_another.is_new, of_another_job.is_new) == (True, True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("ended", [{"finished_at": timezone.now() - 2 * MINUTE}, {"status": Status.FAILED}])
def test_what_is_old_or_failed_is_made_anew(desk, ended: dict[str, Any]):
    work = desk.declare(fresh_for=MINUTE)
    first = work.request("user:5", person=5)
    Workbench().work()
    JobRun.objects.filter(pk=first.run.pk).update(**ended)
    assert work.request("user:5", person=5).is_new


@pytest.mark.django_db
def test_what_began_before_a_change_is_made_anew(desk):
    work = desk.declare(fresh_for=MINUTE)
    before = timezone.now()
    first = work.request_after(None, "user:5", person=5)
    Workbench().work()

    same = work.request_after(before, "user:5", person=5)
    changed = work.request_after(timezone.now(), "user:5", person=5)
    meanwhile = work.request_after(timezone.now(), "user:5", person=5)

    assert (first.is_new, same) == (True, (first.run, False))
    assert (changed.is_new, meanwhile) == (True, (changed.run, False))


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("is_worked_on", [False, True], ids=["nobody works", "a worker works"])
def test_many_requests_at_once_make_one_run_for_each_key(desk, words, *, is_worked_on: bool):
    work = desk.declare(fresh_for=MINUTE)
    is_over = threading.Event()

    def keep_working() -> None:
        while is_worked_on and not is_over.is_set():
            Workbench().work()
        connection.close()

    def ask(_index: int) -> list[tuple[str, bool]]:
        asked = [work.request(f"user:{number}", person=number) for number in range(KEYS)]
        return [(str(run.pk), is_new) for run, is_new in asked]

    worker = threading.Thread(target=keep_working)
    worker.start()
    try:
        answers = all_at_once(AT_ONCE, ask)
    finally:
        is_over.set()
        worker.join()
    assert is_worked_on or desk.done == []
    Workbench().work()

    assert sorted(desk.done) == list(range(KEYS))
    assert JobRun.objects.count() == len(words.delays) == KEYS
    for of_key in zip(*answers, strict=True):
        assert len({pk for pk, _ in of_key}) == 1
        assert sum(is_new for _, is_new in of_key) == 1


@pytest.mark.usefixtures("stored")
def test_one_that_began_and_ended_while_one_asked_is_given(desk, words, monkeypatch):
    """The moment between looking and asking, which a crowd meets seldom."""
    work = desk.declare(fresh_for=MINUTE)
    first = work.request("user:5", person=5).run
    Workbench().work()
    look, looks = services._fresh_run, []

    def look_too_early(*told: Any) -> JobRun | None:
        looks.append(told)
        return look(*told) if len(looks) > 1 else None

    monkeypatch.setattr(services, "_fresh_run", look_too_early)

    assert work.request("user:5", person=5) == (first, False)
    assert (len(looks), JobRun.objects.count(), len(words.delays)) == (2, 1, 1)


@pytest.mark.usefixtures("stored")
def test_workers_are_told_after_the_commit_and_of_new_runs_alone(desk, words):
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


def test_a_job_is_called_by_its_name_and_with_names(desk):
    declared = desk.declare()
    assert (declared(person=5), desk.done) == ({"person": 5}, [5])
    assert job_named("desk.work") is declared
    with pytest.raises(TypeError, match="Name what"):
        declared.request("user:5", 5)
    with pytest.raises(ValueError, match="two jobs"):
        job("desk.work")(lambda: None)


# --- Words to workers: from a thread of their own, and not worth a failure ---------------------------


class Post:
    """Takes words, the first of them only when it is let."""

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


def test_whoever_tells_does_not_wait_and_many_words_go_as_one():
    post = Post()
    messenger = Messenger(post)
    for _ in range(1000):
        messenger.tell(0.0)
    messenger.tell(7.0)
    post.may_go.set()
    post.wait(2)

    assert post.sent[-1] == 7.0 or post.sent[-2:] == [7.0, 0.0]
    assert len(post.sent) <= 4


def test_a_broker_that_is_away_is_no_failure():
    arrived = threading.Event()
    failures = [ConnectionError("the broker is away")]

    def send(_seconds: float) -> None:
        if failures:
            raise failures.pop()
        arrived.set()

    messenger = Messenger(send)
    messenger.tell(0.0)
    messenger.tell(1.0)

    assert arrived.wait(PATIENCE_SECONDS)
