"""Who asks for a job twice gets the same one, however many ask at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.jobs import services
from apps.jobs.leases import end_run, take_run
from apps.jobs.models import JobRun, Status
from apps.jobs.registry import job, job_named, known_kinds
from apps.jobs.services import request_run
from apps.jobs.tests.crowd import all_at_once
from apps.jobs.work import Workbench

MINUTE = timedelta(minutes=1)
AT_ONCE = 20
# Each thread asks for each of them, all together a thousand times.
KEYS = 50


@pytest.mark.django_db
def test_an_open_run_is_given_again(desk):
    work = desk.declare()
    first, again = work.request("user:5", person=5), work.request("user:5", person=6)
    other = work.request("user:7", person=7)

    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert first.run == again.run != other.run
    assert again.run.arguments == {"person": 5}
    assert first.run.status == Status.QUEUED


@pytest.mark.django_db
def test_a_run_that_is_under_way_is_open_and_one_that_has_ended_is_not(desk):
    work = desk.declare()
    work.request("user:5", person=5)
    run = take_run(kinds=known_kinds())
    assert run
    assert work.request("user:5", person=5) == (run, False)

    end_run(run, result=None)
    later = work.request("user:5", person=5)

    assert later.is_new
    assert later.run != run


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
@pytest.mark.parametrize(
    "ended", [{"finished_at": timezone.now() - 2 * MINUTE}, {"status": Status.FAILED}, {"finished_at": None}]
)
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
def test_a_thousand_requests_make_one_run_for_each_key_while_a_worker_works(desk, words):
    work = desk.declare(fresh_for=MINUTE)
    is_over = threading.Event()

    def keep_working() -> None:
        while not is_over.is_set():
            Workbench().work()
        connection.close()

    def ask(_index: int) -> list[str]:
        return [str(work.request(f"user:{number}", person=number).run.pk) for number in range(KEYS)]

    worker = threading.Thread(target=keep_working)
    worker.start()
    try:
        answers = all_at_once(AT_ONCE, ask)
    finally:
        is_over.set()
        worker.join()
    Workbench().work()

    assert sorted(desk.done) == list(range(KEYS))
    assert JobRun.objects.count() == len(words.delays) == KEYS
    assert all(len(set(of_key)) == 1 for of_key in zip(*answers, strict=True))


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


@pytest.mark.django_db
def test_another_job_about_the_same_is_another_run(desk):
    assert desk.declare("desk.one").request("user:5", person=5).is_new
    assert desk.declare("desk.two").request("user:5", person=5).is_new


@pytest.mark.django_db
def test_the_database_holds_that_only_one_is_open():
    now = timezone.now()
    fields = {"kind": "desk.work", "key": "user:5", "due_at": now, "created_at": now}
    JobRun.objects.create(**fields)
    JobRun.objects.create(**fields, status=Status.FAILED)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRun.objects.create(**fields, status=Status.RUNNING)


@pytest.mark.usefixtures("stored")
def test_a_thousand_requests_at_once_make_one_run_for_each_key(desk):
    work = desk.declare()

    def ask(_index: int) -> list[tuple[str, bool]]:
        asked = [work.request(f"user:{number}", person=number) for number in range(KEYS)]
        return [(str(run.pk), is_new) for run, is_new in asked]

    answers = all_at_once(AT_ONCE, ask)

    assert JobRun.objects.count() == KEYS
    for of_key in zip(*answers, strict=True):
        assert len({pk for pk, _ in of_key}) == 1
        assert sum(is_new for _, is_new in of_key) == 1


@pytest.mark.usefixtures("stored")
def test_workers_are_told_after_the_commit_and_of_new_runs_alone(desk, words):
    work = desk.declare()
    with transaction.atomic():
        work.request("user:5", person=5)
        assert words.delays == []
    assert words.delays == [0.0]

    work.request("user:5", person=5)
    assert words.delays == [0.0]


@pytest.mark.usefixtures("stored")
def test_what_is_rolled_back_was_never_asked_for(desk, words):
    work = desk.declare()
    with transaction.atomic():
        work.request("user:5", person=5)
        transaction.set_rollback(True)

    assert words.delays == []
    assert not JobRun.objects.exists()


def test_what_a_job_is_given_has_to_be_named(desk):
    with pytest.raises(TypeError, match="Name what"):
        desk.declare().request("user:5", 5)


def test_calling_a_job_runs_it_here(desk):
    assert desk.declare()(person=5) == {"person": 5}
    assert desk.done == [5]


def test_there_are_no_two_jobs_of_one_name(desk):
    declared = desk.declare()
    assert job_named("desk.work") is declared
    with pytest.raises(ValueError, match="two jobs"):
        job("desk.work")(lambda: None)


@pytest.mark.django_db
def test_another_broken_rule_is_no_open_run():
    with pytest.raises(IntegrityError):
        request_run(kind="desk.work", key="", arguments=None)  # type: ignore[arg-type]
