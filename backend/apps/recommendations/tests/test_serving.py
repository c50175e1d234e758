"""What somebody is answered: at once, from the nearest place, without what is not for them."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.jobs.models import JobRun
from apps.recommendations.models import RecommendationList
from apps.recommendations.serving import MOST_KEPT, STALE_AFTER, recommendations_for
from apps.recommendations.tests.telling import read

# Commits that happen, so that what is remembered is what is kept.
pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_found_is_remembered_by_the_cache_and_kept_in_the_database(
    ada, library, django_assert_num_queries, monkeypatch
):
    first = read(ada)
    cache.clear()

    with django_assert_num_queries(2):
        second = read(ada)
    calls: Counter[str] = Counter()

    def counted(name: str):
        real = getattr(cache, name)

        def call(*args, **kwargs):
            calls[name] += 1
            return real(*args, **kwargs)

        return call

    for name in ("get", "set", "add", "get_many", "has_key"):
        monkeypatch.setattr(cache, name, counted(name))
    with django_assert_num_queries(0):
        third = read(ada)

    assert calls == {"get": 1}
    assert [one.source for one in (first, second, third)] == ["computed", "database", "cache"]
    assert first.recommendations == second.recommendations == third.recommendations
    assert first.generated_at == second.generated_at == third.generated_at


def test_a_list_is_not_without_end(ada, bo, add_track):
    assert read(bo).recommendations == []
    for number in range(MOST_KEPT + 20):
        add_track(f"Number {number}", f"Artist {number}")

    assert read(ada).count == MOST_KEPT


def test_an_old_list_is_given_and_asked_for_anew_once(ada, library):
    read(ada)
    now = timezone.now() + STALE_AFTER - timedelta(minutes=1)
    assert not recommendations_for(ada.pk, limit=None, room=None, now=now).stale
    assert not JobRun.objects.exists()
    old = timezone.now() - STALE_AFTER - timedelta(minutes=1)
    RecommendationList.objects.update(generated_at=old)
    cache.clear()

    answers = [read(ada) for _ in range(3)]

    assert [answer.stale for answer in answers] == [True] * 3
    assert [answer.source for answer in answers] == ["database", "cache", "cache"]
    assert [run.key for run in JobRun.objects.all()] == [ada.key]
