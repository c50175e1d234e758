"""A refresh: one job a person however many ask, limits, and what becomes of it."""

import threading
from uuid import uuid4

import pytest
from django.db import connection

from apps.jobs.models import JobRun, Status
from apps.jobs.tasks import forget_runs
from apps.jobs.tests.crowd import all_at_once
from apps.jobs.work import Workbench
from apps.recommendations.refreshing import refresh_run, request_refresh
from apps.recommendations.tests.telling import read, tell, texts, titles
from apps.users.account_services import change_taste
from apps.users.erasure import erase_person
from apps.users.models import User
from core.errors import NotFound
from core.limits import REFRESHES
from core.rate_limits import TooManyCalls

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 25
# Of each who asks: together a thousand.
TIMES = 40


def test_a_thousand_at_once_make_one_job_and_all_are_given_it(ada, library):
    def ask(_number: int) -> list[object]:
        return [request_refresh(user_id=ada.pk).pk for _ in range(TIMES)]

    answers = all_at_once(AT_ONCE, ask)

    assert len({job_id for of_one in answers for job_id in of_one}) == 1
    assert JobRun.objects.count() == 1


def test_a_thousand_at_once_make_one_job_while_a_worker_works(ada, library):
    is_over = threading.Event()

    def keep_working() -> None:
        while not is_over.is_set():
            Workbench().work()
        connection.close()

    def ask(_number: int) -> list[object]:
        return [request_refresh(user_id=ada.pk).pk for _ in range(TIMES)]

    worker = threading.Thread(target=keep_working)
    worker.start()
    try:
        answers = all_at_once(AT_ONCE, ask)
    finally:
        is_over.set()
        worker.join()

    assert len({job_id for of_one in answers for job_id in of_one}) == 1
    assert JobRun.objects.get().status == Status.SUCCEEDED


@pytest.mark.parametrize("deed", ["like", "taste"])
def test_who_did_something_since_gets_a_new_one(ada, bo, library, deed: str):
    def do(person: User) -> None:
        if deed == "like":
            tell(person, "like", library["Halo"])
        else:
            change_taste(user_id=person.pk, given={"moods": ["calm"]}, is_whole=False)

    def ended() -> object:
        run = request_refresh(user_id=ada.pk)
        Workbench().work()
        return run.pk

    first = ended()
    do(bo)
    same = ended()
    do(ada)
    other = ended()

    assert first == same != other


def test_two_people_have_two_jobs(ada, bo):
    assert request_refresh(user_id=ada.pk).pk != request_refresh(user_id=bo.pk).pk


def test_so_many_jobs_an_hour_and_who_asks_for_the_open_one_is_not_counted(ada, bo, library):
    for number in range(REFRESHES.max_calls):
        for _ in range(3):
            request_refresh(user_id=ada.pk, limit=number + 1)
        Workbench().work()
        request_refresh(user_id=ada.pk, limit=number + 1)

    with pytest.raises(TooManyCalls):
        request_refresh(user_id=ada.pk)

    assert JobRun.objects.filter(status=Status.SUCCEEDED).count() == REFRESHES.max_calls
    assert JobRun.objects.count() == REFRESHES.max_calls
    request_refresh(user_id=bo.pk)


def test_seeds_decide_the_new_list(ada, library):
    before = read(ada)
    run = request_refresh(user_id=ada.pk, limit=4, seed_genres=["jazz"], seed_artists=["Wayne Shorter"])

    Workbench().work()

    run.refresh_from_db()
    assert (run.status, run.result) == (Status.SUCCEEDED, {"recommendations": len(library)})
    after = read(ada, limit=None)
    assert after.count == 4
    assert after.generated_at > before.generated_at
    assert titles(after.recommendations)[0] == "Footprints"
    assert texts(after.recommendations, "Footprints")[0] == "You asked for Wayne Shorter"


def test_a_job_for_who_has_gone_fails_with_its_code(ada):
    run = request_refresh(user_id=ada.pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM users_user WHERE id = %s", [ada.pk])

    Workbench().work()

    run.refresh_from_db()
    assert (run.status, run.error_code) == (Status.FAILED, "NOT_FOUND")


def test_erased_with_the_person(ada):
    request_refresh(user_id=ada.pk)
    erase_person(user_id=ada.pk)

    assert not JobRun.objects.exists()


def test_a_job_is_seen_by_whose_it_is(ada, bo):
    run = request_refresh(user_id=ada.pk)

    assert refresh_run(run.pk, user_id=ada.pk) == refresh_run(run.pk, user_id=None) == run
    with pytest.raises(NotFound):
        refresh_run(run.pk, user_id=bo.pk)
    with pytest.raises(NotFound):
        refresh_run(uuid4(), user_id=None)


def test_other_jobs_are_not_seen(ada):
    run = forget_runs.request(ada.key).run
    with pytest.raises(NotFound):
        refresh_run(run.pk, user_id=None)
