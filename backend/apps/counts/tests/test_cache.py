"""Cached view counts: never older than the written rows, computed once for many concurrent readers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from apps.counts import cache as count_cache
from apps.counts.cache import CURRENT, FAMILIES, HISTORY, HITS, MISSES, OF_TRACK, cached_values
from apps.counts.models import CacheInvalidation, ViewCount
from apps.counts.selectors import current_counts, histories, view_data
from apps.counts.services import record_counts
from apps.counts.tests.conftest import ISRC, OTHER, day, said
from core.redis_cache import GuardedRedisCache
from core.resilience import SingleFlight

KEY = (ISRC, "spotify")
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def tidy(request):
    yield
    if request.node.get_closest_marker("django_db"):
        cache.clear()


class CountedFlights(SingleFlight[Any]):
    """Reports that a reader has joined."""

    def __init__(self, joined: threading.Semaphore):
        super().__init__()
        self.joined = joined

    def join(self, names):
        found = super().join(names)
        self.joined.release()
        return found


class FlightsOfProcesses(threading.local):
    """Each thread has flights of its own, as processes have."""

    def __init__(self, joined: threading.Semaphore):
        own = CountedFlights(joined)
        self.join, self.leave = own.join, own.leave


def in_a_thread(read_once):
    try:
        return read_once()
    finally:
        connection.close()


def flood(number, value, joined):
    """So many read while one of them computes: what they got, and for what the source was asked."""
    begun, go_on, asked = threading.Event(), threading.Event(), []

    def slow(keys):
        asked.append(list(keys))
        begun.set()
        assert go_on.wait(10)
        return dict.fromkeys(keys, value)

    with ThreadPoolExecutor(number) as pool:
        read_by = [pool.submit(in_a_thread, lambda: read(slow))]
        assert begun.wait(10)
        read_by += [pool.submit(in_a_thread, lambda: read(slow)) for _ in range(number - 1)]
        for _ in range(number):
            assert joined.acquire(timeout=10)
        go_on.set()
        return [one.result(10) for one in read_by], asked


class Source:
    """Represents the database: returns a value, and logs the keys of each call."""

    def __init__(self, value=1):
        self.value, self.asked = value, []

    def __call__(self, keys):
        self.asked.append(list(keys))
        return dict.fromkeys(keys, self.value)


def read(source, *keys):
    return cached_values(CURRENT, keys or [KEY], source)


def seen(counts):
    """Of the first track at the first service."""
    assert counts[KEY]
    return counts[KEY].view_count


def test_cache_keys_and_lifetimes_are_as_documented():
    assert CURRENT.key(ISRC, "spotify") == f"view_count:{ISRC}:spotify"
    assert HISTORY.key(ISRC, "youtube") == f"historical_views:{ISRC}:youtube"
    assert OF_TRACK.key(ISRC) == f"gql_view_data:{ISRC}"
    assert [family.seconds for family in FAMILIES] == [3600, 21_600, 1800]


@pytest.mark.django_db
def test_only_missing_values_are_computed_and_an_absence_is_cached():
    hits, misses = HITS[CURRENT]._value.get(), MISSES[CURRENT]._value.get()
    source = Source(None)
    assert read(source) == {KEY: None}
    source.value = 1
    assert read(source, KEY, (OTHER, "spotify")) == {KEY: None, (OTHER, "spotify"): 1}
    assert source.asked == [[KEY], [(OTHER, "spotify")]]
    assert (HITS[CURRENT]._value.get() - hits, MISSES[CURRENT]._value.get() - misses) == (1, 2)


@committed
def test_a_change_is_visible_immediately_and_affects_no_other_key():
    record_counts([said(0, 10), said(0, 20, isrc=OTHER), said(0, 30, service="youtube")])
    before = current_counts([ISRC, OTHER])
    assert seen(before) == 10
    view_data([ISRC, OTHER], today=day(1))
    histories([ISRC, OTHER], today=day(1))
    record_counts([said(1, 15)])
    gone = {CURRENT.key(*KEY), HISTORY.key(*KEY), OF_TRACK.key(ISRC)}
    kept = {
        family.key(isrc, service)
        for family in (CURRENT, HISTORY)
        for isrc in (ISRC, OTHER)
        for service in ("spotify", "youtube")
    } | {OF_TRACK.key(OTHER), OF_TRACK.key(ISRC)}
    assert set(cache.get_many(kept)) == kept - gone
    assert seen(current_counts([ISRC])) == 15
    assert seen({KEY: view_data([ISRC], today=day(1))[ISRC]["spotify"].current}) == 15
    assert len(histories([ISRC], today=day(1))[KEY]) == 2

    rows = CacheInvalidation.objects.count()
    record_counts([said(1, 15)])
    assert CacheInvalidation.objects.count() == rows, "what changed nothing drops nothing"


@committed
def test_a_value_computed_before_a_change_is_not_cached_after_it():
    """The row changes between a reader's query and its writing into the cache."""
    record_counts([said(0, 10)])

    def slow(keys):
        value = ViewCount.objects.get(isrc=ISRC).view_count
        record_counts([said(1, 15)])
        return dict.fromkeys(keys, value)

    assert read(slow) == {KEY: 10}
    assert read(Source(15)) == {KEY: 15}


@committed
def test_another_process_reads_invalidations_from_the_database(monkeypatch):
    """Its memory is its own: no other process can access it."""
    record_counts([said(0, 10)])
    assert current_counts([ISRC])[KEY].view_count == 10
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(count_cache, "apply", lambda rows: None)
        record_counts([said(1, 15)])
    monkeypatch.setattr(count_cache, "POLL_SECONDS", 0.0)
    assert seen(current_counts([ISRC])) == 15


@committed
def test_an_invalidation_that_is_committed_late_is_not_missed(monkeypatch):
    first = CacheInvalidation.objects.create(isrc=OTHER, service="spotify")
    late_pk = first.pk + 1
    CacheInvalidation.objects.create(pk=first.pk + 2, isrc=OTHER, service="youtube")
    source = Source(1)
    read(source)
    CacheInvalidation.objects.create(pk=late_pk, isrc=ISRC, service="spotify")
    monkeypatch.setattr(count_cache, "POLL_SECONDS", 0.0)
    source.value = 2
    assert read(source) == {KEY: 2}


@committed
def test_a_flood_of_threads_computes_once(monkeypatch):
    """Also that there is nothing: of a track that was never counted."""
    joined = threading.Semaphore(0)
    monkeypatch.setattr(count_cache, "_flights", CountedFlights(joined))
    for value in (7, None):
        assert flood(20, value, joined) == ([{KEY: value}] * 20, [[KEY]])
        cache.clear()


@committed
def test_a_flood_of_processes_computes_once(monkeypatch):
    """What they share is Redis."""
    if not count_cache.is_shared():
        pytest.skip("without Redis processes share nothing")
    joined = threading.Semaphore(0)
    monkeypatch.setattr(count_cache, "_flights", FlightsOfProcesses(joined))
    assert flood(8, 7, joined) == ([{KEY: 7}] * 8, [[KEY]])


@committed
def test_if_the_computing_caller_fails_the_others_compute():
    begun, go_on = threading.Event(), threading.Event()

    def failing(keys):
        begun.set()
        assert go_on.wait(10)
        raise RuntimeError("the database is away")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(in_a_thread, lambda: read(failing))
        assert begun.wait(10)
        other = pool.submit(in_a_thread, lambda: read(Source(3)))
        go_on.set()
        with pytest.raises(RuntimeError):
            first.result(10)
        assert other.result(10) == {KEY: 3}


@committed
def test_while_redis_is_unavailable_no_outdated_value_is_read_and_invalidations_are_applied_later(
    monkeypatch,
):
    if not count_cache.is_shared():
        pytest.skip("without Redis it can't be away")
    record_counts([said(0, 10)])
    assert current_counts([ISRC])[KEY].view_count == 10
    with monkeypatch.context() as cut:
        cut.setattr(GuardedRedisCache, "_guarded", lambda self, far, near: near())
        cut.setattr(GuardedRedisCache, "is_unavailable", True)
        record_counts([said(1, 15)])
        assert seen(current_counts([ISRC])) == 15
        monkeypatch.setattr(count_cache, "POLL_SECONDS", 0.0)
        assert seen(current_counts([ISRC])) == 15
    assert seen(current_counts([ISRC])) == 15


@committed
def test_clear_deletes_only_keys_with_its_prefix():
    source = Source(1)
    cache.set("limits", 1)
    cached_values(CURRENT, [KEY], source)
    cached_values(HISTORY, [KEY], source)
    with pytest.raises(CommandError, match="view_count:"):
        call_command("cache", "clear", "--prefix", "limits")
    call_command("cache", "clear", "--prefix", f"view_count:{ISRC}")
    source.value = 2
    assert cached_values(CURRENT, [KEY], source) == {KEY: 2}
    assert cached_values(HISTORY, [KEY], source) == {KEY: 1}
    call_command("cache", "clear")
    assert cached_values(HISTORY, [KEY], source) == {KEY: 2}
    assert cache.get("limits") == 1


@committed
def test_warm_fills_redis_and_reports_a_missing_redis(capsys):
    record_counts([said(0, 10)])
    call_command("cache", "warm")
    if not count_cache.is_shared():
        assert "no Redis" in capsys.readouterr().out
        return
    keys = {CURRENT.key(*KEY), HISTORY.key(*KEY), OF_TRACK.key(ISRC)}
    assert set(cache.get_many(keys)) == keys
