"""After a count its figures are in the shared memory before anybody asks; others are not fetched."""

import pytest
from django.core.cache import cache

from apps.charts import announcing
from apps.charts.announcing import Kind, announce, deliver, register_consumer, replay
from apps.charts.models import Delivery
from apps.charts.tests.view_counts.conftest import ISRC, OTHER, said
from apps.charts.view_counts.keys import FAMILIES
from apps.charts.view_counts.remembering import MISSES
from apps.charts.view_counts.selectors import current_counts, histories, view_data
from apps.charts.view_counts.services import record_figures
from apps.charts.warming import warm_counted
from core.cache import GuardedRedisCache, shared_memory

# Before a test's own take their place.
OF_THE_PRODUCT = dict(announcing._consumers)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def counted():
    cache.clear()
    record_figures([said(0, 100), said(0, 5, isrc=OTHER)])
    register_consumer("warming", [Kind.COUNTED], warm_counted)
    yield
    cache.clear()


def misses() -> float:
    found: float = sum(MISSES[family]._value.get() for family in FAMILIES)
    return found


def read(isrc: str) -> None:
    current_counts([isrc])
    histories([isrc])
    view_data([isrc])


def test_it_follows_each_count():
    assert OF_THE_PRODUCT["warming"].kinds == {Kind.COUNTED}


def test_what_was_counted_is_read_from_the_shared_memory():
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
