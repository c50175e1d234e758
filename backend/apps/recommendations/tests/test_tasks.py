"""A refresh: one job a person however many ask; what is done by the clock; what is answered meanwhile."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from apps.jobs.models import JobRun, Status
from apps.jobs.tasks import purge_runs
from apps.jobs.worker import Worker
from apps.recommendations.list_store import MAX_STORED
from apps.recommendations.models import RecommendationList
from apps.recommendations.selectors import STALE_AFTER, recommendations_for
from apps.recommendations.tasks import (
    ACTIVE_FOR,
    FRESH_FOR,
    refresh_active,
    refresh_run,
    request_refresh,
    train,
)
from apps.recommendations.tests.interactions import NETWORK, interact, read
from apps.users.models import User
from apps.users.services import change_taste
from core.errors import NotFound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("action", ["like", "taste"])
def test_a_user_with_new_interactions_gets_a_new_list(ada, bo, library, action: str):
    def do(person: User) -> None:
        if action == "like":
            interact(person, "like", library["Halo"])
        else:
            change_taste(user_id=person.pk, given={"moods": ["calm"]}, is_whole=False)

    def ended() -> object:
        run = request_refresh(user_id=ada.pk)
        Worker().work()
        return run.pk

    first = ended()
    do(bo)
    same = ended()
    do(ada)
    other = ended()

    assert first == same != other


def test_a_job_for_a_deleted_user_fails_with_its_code_and_other_jobs_are_hidden(ada):
    other = purge_runs.request(ada.key).run
    with pytest.raises(NotFound):
        refresh_run(other.pk, user_id=None)
    run = request_refresh(user_id=ada.pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM users_user WHERE id = %s", [ada.pk])

    Worker().work()

    run.refresh_from_db()
    assert (run.status, run.error_code) == (Status.FAILED, "NOT_FOUND")


# --- By the clock ------------------------------------------------------------------------------------


def test_only_active_users_get_a_new_list(ada, bo, add_person, library):
    cem = add_person("cem")
    interact(ada, "play", library["Halo"])
    interact(bo, "play", library["Halo"], at=timezone.now() - ACTIVE_FOR - timedelta(days=1))
    interact(cem, "play", library["Halo"])
    read(cem)
    RecommendationList.objects.update(generated_at=timezone.now() - FRESH_FOR - timedelta(minutes=1))

    assert refresh_active() == {"refreshed": 2}
    assert {kept.user_id for kept in RecommendationList.objects.all()} == {ada.pk, cem.pk}
    # A run that takes over from a killed one does nothing twice.
    assert refresh_active() == {"refreshed": 0}


def test_training_uses_interactions_and_without_any_makes_no_model(ada, library, no_model):
    assert train() == {"listens": 0}
    assert not no_model.exists()
    interact(ada, "like", library["Halo"], library["Naima"])

    assert train() == {"listens": 4, "items": 4}
    assert no_model.exists()


# --- The response to a request: at once, from the nearest place --------------------------------------


def test_found_tracks_are_cached_and_stored_in_the_database(
    ada, library, django_assert_num_queries, monkeypatch
):
    first = read(ada)
    cache.clear()

    with django_assert_num_queries(2):
        second = read(ada)
    asked = Mock()
    for name in ("get", "set", "add", "get_many", "has_key"):
        asked.attach_mock(Mock(wraps=getattr(cache, name)), name)
        monkeypatch.setattr(cache, name, getattr(asked, name))
    with django_assert_num_queries(0):
        third = read(ada)

    assert [name for name, _, _ in asked.mock_calls] == ["get"]
    assert [one.source for one in (first, second, third)] == ["computed", "database", "cache"]
    assert first.recommendations == second.recommendations == third.recommendations
    assert first.generated_at == second.generated_at == third.generated_at


def test_the_length_of_a_list_is_limited(ada, bo, add_track):
    assert read(bo).recommendations == []
    for number in range(MAX_STORED + 20):
        add_track(f"Number {number}", f"Artist {number}")

    assert read(ada).count == MAX_STORED


def test_an_expired_list_is_returned_and_refreshed_once(ada, library):
    read(ada)
    now = timezone.now() + STALE_AFTER - timedelta(minutes=1)
    assert not recommendations_for(ada.pk, limit=None, room=None, network=NETWORK, now=now).stale
    assert not JobRun.objects.exists()
    old = timezone.now() - STALE_AFTER - timedelta(minutes=1)
    RecommendationList.objects.update(generated_at=old)
    cache.clear()

    responses = [read(ada) for _ in range(3)]

    assert [response.stale for response in responses] == [True] * 3
    assert [response.source for response in responses] == ["database", "cache", "cache"]
    assert [run.key for run in JobRun.objects.all()] == [ada.key]
