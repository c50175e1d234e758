"""After a count its values are in the shared cache before the first reader; others are not fetched."""

import pytest
from django.core.cache import cache

from apps.charts.pipeline.outbox import Kind, consumers, deliver, emit_event, replay
from apps.charts.pipeline_models import OutboxDelivery
from apps.counts import selectors
from apps.counts.cache import FAMILIES, MISSES
from apps.counts.selectors import current_counts, histories, view_data
from apps.counts.services import record_counts
from apps.counts.tests.conftest import ISRC, OTHER, said
from core.cache import shared_memory
from core.redis_cache import GuardedRedisCache

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    monkeypatch.setattr(selectors, "_outage_until", 0.0)
    cache.clear()
    record_counts([said(0, 100), said(0, 5, isrc=OTHER)])
    yield
    cache.clear()


def misses() -> float:
    found: float = sum(MISSES[family]._value.get() for family in FAMILIES)
    return found


def read(isrc: str) -> None:
    current_counts([isrc])
    histories([isrc])
    view_data([isrc])


def test_counts_are_read_from_the_shared_cache():
    assert consumers["warming"].kinds == {Kind.COUNTED}, "it follows each count"
    emit_event(Kind.COUNTED, {"isrcs": [ISRC], "date": "2025-03-01"})
    assert deliver().rows_failed == 0

    before = misses()
    read(ISRC)
    assert (misses() > before) is not shared_memory().is_shared
    before = misses()
    read(OTHER)
    assert misses() > before


def test_while_the_cache_is_unavailable_the_event_is_stored_for_the_next_replay(monkeypatch):
    emit_event(Kind.COUNTED, {"isrcs": [ISRC], "date": "2025-03-01"})
    monkeypatch.setattr(selectors, "PAUSE_SECONDS", 0.0)
    with monkeypatch.context() as away:
        away.setattr(GuardedRedisCache, "is_unavailable", True)
        failed = deliver().rows_failed
    assert failed == (1 if shared_memory().is_shared else 0)
    assert OutboxDelivery.objects.filter(failure__startswith="CacheUnavailableError").count() == failed

    assert replay().rows_out == failed

    assert OutboxDelivery.objects.get().done_at is not None


def test_one_late_response_of_the_shared_cache_is_no_failure(monkeypatch):
    is_unavailable = True

    def pause(_: float) -> None:
        nonlocal is_unavailable
        is_unavailable = False

    monkeypatch.setattr("apps.counts.selectors.time.sleep", pause)
    monkeypatch.setattr(GuardedRedisCache, "is_unavailable", property(lambda _: is_unavailable))
    emit_event(Kind.COUNTED, {"isrcs": [ISRC], "date": "2025-03-01"})

    assert deliver().rows_failed == 0
    assert OutboxDelivery.objects.get().done_at is not None


def test_an_outage_of_the_shared_cache_delays_a_replay_once(monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr("apps.counts.selectors.time.sleep", pauses.append)
    monkeypatch.setattr(GuardedRedisCache, "is_unavailable", True)
    for _ in range(3):
        emit_event(Kind.COUNTED, {"isrcs": [ISRC], "date": "2025-03-01"})

    assert deliver().rows_failed == (3 if shared_memory().is_shared else 0)
    assert len(pauses) == (1 if shared_memory().is_shared else 0)
