"""A refresh: one job a person however many ask, limits, and what becomes of it."""

import pytest
from django.db import connection

from apps.jobs.models import JobRun, Status
from apps.jobs.tasks import forget_runs
from apps.jobs.work import Workbench
from apps.recommendations.refreshing import refresh_run, request_refresh
from apps.recommendations.tests.telling import tell
from apps.users.account_services import change_taste
from apps.users.models import User
from core.errors import NotFound
from core.limits import REFRESHES
from core.rate_limits import TooManyCalls

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_job_for_who_has_gone_fails_with_its_code(ada):
    run = request_refresh(user_id=ada.pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM users_user WHERE id = %s", [ada.pk])

    Workbench().work()

    run.refresh_from_db()
    assert (run.status, run.error_code) == (Status.FAILED, "NOT_FOUND")


def test_other_jobs_are_not_seen(ada):
    run = forget_runs.request(ada.key).run
    with pytest.raises(NotFound):
        refresh_run(run.pk, user_id=None)
