"""What is remembered of view counts: never older than what was written, computed once for a flood."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from apps.charts.models import DroppedView, ViewCount
from apps.charts.tests.view_counts.conftest import ISRC, OTHER, day, said
from apps.charts.view_counts import changes, remembering
from apps.charts.view_counts.flights import Flights
from apps.charts.view_counts.keys import CURRENT, FAMILIES, HISTORY, OF_TRACK
from apps.charts.view_counts.remembering import HITS, MISSES, remembered
from apps.charts.view_counts.selectors import current_counts, histories, view_data
from apps.charts.view_counts.services import record_figures
from core.cache import GuardedRedisCache, shared_memory

KEY = (ISRC, "spotify")
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def tidy(request):
    yield
    if request.node.get_closest_marker("django_db"):
        cache.clear()


class CountingFlights(Flights[Any]):
    """Says when so many have asked."""

    def __init__(self):
        super().__init__()
        self.joined = threading.Semaphore(0)

    def join(self, names):
        found = super().join(names)
        self.joined.release()
        return found

    def wait_for(self, number):
        for _ in range(number):
            assert self.joined.acquire(timeout=10)


class Source:
    """Stands for the database: says a value, and how often it was asked for what."""

    def __init__(self, value=1):
        self.value, self.asked = value, []

    def __call__(self, keys):
        self.asked.append(list(keys))
        return dict.fromkeys(keys, self.value)


def read(source, *keys):
    return remembered(CURRENT, keys or [KEY], source)


def seen(counts):
    """Of the first track at the first service."""
    assert counts[KEY]
    return counts[KEY].view_count


def test_names_and_lifetimes_are_those_agreed_on():
    assert CURRENT.key(ISRC, "spotify") == f"view_count:{ISRC}:spotify"
    assert HISTORY.key(ISRC, "youtube") == f"historical_views:{ISRC}:youtube"
    assert OF_TRACK.key(ISRC) == f"gql_view_data:{ISRC}"
    assert [family.seconds for family in FAMILIES] == [3600, 21_600, 1800]


@pytest.mark.django_db
def test_what_was_read_is_remembered_and_only_what_is_missing_is_asked_for():
    source = Source()
    assert read(source) == {KEY: 1}
    assert read(source, KEY, (OTHER, "spotify")) == {KEY: 1, (OTHER, "spotify"): 1}
    assert source.asked == [[KEY], [(OTHER, "spotify")]]


@pytest.mark.django_db
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_family_is_kept_as_long_as_agreed(family, monkeypatch):
    kept = []
    memory: Any = type(shared_memory())
    real = memory.set_many

    def set_many(self, entries, timeout=None, **others):
        kept.append((list(entries), timeout))
        return real(self, entries, timeout=timeout, **others)

    monkeypatch.setattr(memory, "set_many", set_many)
    remembered(family, [KEY], Source())
    assert kept == [([family.key(*KEY)], family.seconds)]


@pytest.mark.django_db
def test_nothing_is_worth_remembering_too():
    source = Source(None)
    assert read(source) == read(source) == {KEY: None}
    assert len(source.asked) == 1


@pytest.mark.django_db
def test_hits_and_misses_are_counted():
    hits, misses = HITS[CURRENT]._value.get(), MISSES[CURRENT]._value.get()
    read(Source())
    read(Source(), KEY, (OTHER, "spotify"))
    assert (HITS[CURRENT]._value.get() - hits, MISSES[CURRENT]._value.get() - misses) == (1, 2)


@committed
def test_a_change_is_read_at_once_and_leaves_other_keys_alone():
    record_figures([said(0, 10), said(0, 20, isrc=OTHER), said(0, 30, service="youtube")])
    before = current_counts([ISRC, OTHER])
    assert seen(before) == 10
    view_data([ISRC, OTHER], today=day(1))
    histories([ISRC, OTHER], today=day(1))
    record_figures([said(1, 15)])
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


@committed
def test_what_changed_nothing_drops_nothing():
    record_figures([said(0, 10)])
    rows = DroppedView.objects.count()
    record_figures([said(0, 10)])
    assert DroppedView.objects.count() == rows


@committed
def test_what_was_computed_before_a_change_is_not_taken_for_new():
    """The row changes between a reader's query and its writing into the cache."""
    record_figures([said(0, 10)])

    def slow(keys):
        value = ViewCount.objects.get(isrc=ISRC).view_count
        record_figures([said(1, 15)])
        return dict.fromkeys(keys, value)

    assert read(slow) == {KEY: 10}
    assert read(Source(15)) == {KEY: 15}


@committed
def test_another_process_learns_of_a_change_from_the_database(monkeypatch):
    """Its memory is its own: nobody else can reach into it."""
    record_figures([said(0, 10)])
    assert current_counts([ISRC])[KEY].view_count == 10
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(changes, "apply", lambda rows: None)
        record_figures([said(1, 15)])
    changes._followed.polled_at = float("-inf")  # a second later
    assert seen(current_counts([ISRC])) == 15


@committed
def test_a_notice_that_becomes_visible_late_is_not_passed_over():
    first = DroppedView.objects.create(isrc=OTHER, service="spotify")
    late_pk = first.pk + 1
    DroppedView.objects.create(pk=first.pk + 2, isrc=OTHER, service="youtube")
    source = Source(1)
    read(source)
    DroppedView.objects.create(pk=late_pk, isrc=ISRC, service="spotify")
    changes._followed.polled_at = float("-inf")
    source.value = 2
    assert read(source) == {KEY: 2}


@committed
@pytest.mark.parametrize("value", [7, None])
def test_a_flood_of_threads_computes_once(monkeypatch, value):
    """Also that there is nothing: of a track that was never counted."""
    flights = CountingFlights()
    monkeypatch.setattr(remembering, "_flights", flights)
    begun, go_on, asked = threading.Event(), threading.Event(), []

    def slow(keys):
        asked.append(list(keys))
        begun.set()
        assert go_on.wait(10)
        return dict.fromkeys(keys, value)

    def one():
        try:
            return read(slow)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(one)
        assert begun.wait(10)
        others = [pool.submit(one) for _ in range(19)]
        flights.wait_for(20)
        go_on.set()
        assert [future.result(10) for future in (first, *others)] == [{KEY: value}] * 20
    assert asked == [[KEY]]


@committed
def test_when_the_one_who_computes_fails_the_others_do_it_themselves():
    begun, go_on = threading.Event(), threading.Event()

    def failing(keys):
        begun.set()
        assert go_on.wait(10)
        raise RuntimeError("the database is away")

    def one(compute):
        try:
            return read(compute)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one, failing)
        assert begun.wait(10)
        other = pool.submit(one, Source(3))
        go_on.set()
        with pytest.raises(RuntimeError):
            first.result(10)
        assert other.result(10) == {KEY: 3}


def is_redis():
    return changes.is_shared()


@committed
def test_a_flood_of_processes_computes_once(monkeypatch):
    """Each thread has its own table of flights, as processes have; what they share is Redis."""
    if not is_redis():
        pytest.skip("without Redis processes share nothing")
    begun, go_on, asked = threading.Event(), threading.Event(), []
    joined = threading.Semaphore(0)

    class OwnFlights(threading.local):
        def __init__(self):
            self.flights: Flights[Any] = Flights()

        def join(self, names):
            joined.release()
            return self.flights.join(names)

        def leave(self, own):
            self.flights.leave(own)

    monkeypatch.setattr(remembering, "_flights", OwnFlights())

    def slow(keys):
        asked.append(list(keys))
        begun.set()
        assert go_on.wait(10)
        return dict.fromkeys(keys, 7)

    def one():
        try:
            return read(slow)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(one)
        assert begun.wait(10)
        others = [pool.submit(one) for _ in range(7)]
        for _ in range(8):
            assert joined.acquire(timeout=10)
        go_on.set()
        assert [future.result(10) for future in (first, *others)] == [{KEY: 7}] * 8
    assert asked == [[KEY]]


@committed
def test_while_redis_is_away_nothing_old_is_read_and_what_it_missed_is_told_later(monkeypatch):
    if not is_redis():
        pytest.skip("without Redis it can't be away")
    record_figures([said(0, 10)])
    assert current_counts([ISRC])[KEY].view_count == 10
    with monkeypatch.context() as cut:
        cut.setattr(GuardedRedisCache, "_guarded", lambda self, far, near: near())
        cut.setattr(GuardedRedisCache, "is_away", True)
        record_figures([said(1, 15)])
        assert seen(current_counts([ISRC])) == 15
        changes._followed.polled_at = float("-inf")
        assert seen(current_counts([ISRC])) == 15
    changes._followed.polled_at = float("-inf")
    assert seen(current_counts([ISRC])) == 15


@committed
def test_clear_forgets_what_begins_so_and_nothing_else(capsys):
    source = Source(1)
    cache.set("limits", 1)
    remembered(CURRENT, [KEY], source)
    remembered(HISTORY, [KEY], source)
    call_command("cache", "clear", "--prefix", f"view_count:{ISRC}")
    source.value = 2
    assert remembered(CURRENT, [KEY], source) == {KEY: 2}
    assert remembered(HISTORY, [KEY], source) == {KEY: 1}
    call_command("cache", "clear")
    assert remembered(HISTORY, [KEY], source) == {KEY: 2}
    assert cache.get("limits") == 1


@pytest.mark.django_db
def test_clear_refuses_a_prefix_that_is_none():
    with pytest.raises(CommandError, match="view_count:"):
        call_command("cache", "clear", "--prefix", "limits")


@committed
def test_warm_fills_redis_and_says_so_without_it(capsys):
    record_figures([said(0, 10)])
    if not is_redis():
        call_command("cache", "warm")
        assert "no Redis" in capsys.readouterr().out
        return
    call_command("cache", "warm")
    assert {CURRENT.key(*KEY), HISTORY.key(*KEY), OF_TRACK.key(ISRC)} <= set(
        cache.get_many([CURRENT.key(*KEY), HISTORY.key(*KEY), OF_TRACK.key(ISRC)])
    )
