"""After a count its figures are in the shared memory before anybody asks; others are not fetched."""

import pytest
from django.core.cache import cache

from apps.charts.announcing import Kind, announce, consumers, deliver, replay
from apps.charts.models import Delivery
from apps.charts.tests.view_counts.conftest import ISRC, OTHER, said
from apps.charts.view_counts.keys import FAMILIES
from apps.charts.view_counts.remembering import MISSES
from apps.charts.view_counts.selectors import current_counts, histories, view_data
from apps.charts.view_counts.services import record_figures
from core.cache import shared_memory
from core.redis_cache import GuardedRedisCache

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def counted():
    cache.clear()
    record_figures([said(0, 100), said(0, 5, isrc=OTHER)])
    yield
    cache.clear()


def misses() -> float:
    found: float = sum(MISSES[family]._value.get() for family in FAMILIES)
    return found


def read(isrc: str) -> None:
    current_counts([isrc])
    histories([isrc])
    view_data([isrc])


def test_what_was_counted_is_read_from_the_shared_memory():
    assert consumers["warming"].kinds == {Kind.COUNTED}, "it follows each count"
    announce(Kind.COUNTED, {"isrcs": [ISRC], "date": "2025-03-01"})
    assert deliver().rows_failed == 0

    before = misses()
    read(ISRC)
    assert (misses() > before) is not shared_memory().is_shared
    before = misses()
    read(OTHER)
    assert misses() > before


def test_while_nobody_remembers_it_is_kept_and_done_with_the_next_replay(monkeypatch):
    announce(Kind.COUNTED, {"isrcs": [ISRC], "date": "2025-03-01"})
    with monkeypatch.context() as away:
        away.setattr(GuardedRedisCache, "is_away", True)
        failed = deliver().rows_failed
    assert failed == (1 if shared_memory().is_shared else 0)
    assert Delivery.objects.filter(failure__startswith="NobodyRemembersError").count() == failed

    assert replay().rows_out == failed

    assert Delivery.objects.get().done_at is not None
