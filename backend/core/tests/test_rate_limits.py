"""Calls are counted in windows that slide; the factor scales every limit, and 0 lifts them all."""

import math

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from core.rate_limits import LocalCalls, TooManyCalls, count_call, scaled
from core.tests.clocks import FakeClock

MINUTE = 60


def count(clock: FakeClock, key: str = "ada", *, times: int = 1, max_calls: int = 3) -> None:
    for _ in range(times):
        count_call(key, max_calls=max_calls, period_seconds=MINUTE, clock=clock)


@pytest.fixture
def clock() -> FakeClock:
    """At the beginning of a minute."""
    return FakeClock(1_000_000 * MINUTE)


def test_so_many_calls_pass_and_the_next_is_refused(clock):
    count(clock, times=3)
    with pytest.raises(TooManyCalls) as refusal:
        count(clock)
    assert (refusal.value.code, refusal.value.status, refusal.value.calls) == ("RATE_LIMITED", 429, 4)


def test_refused_calls_are_counted_on(clock):
    count(clock, times=3)
    for calls in (4, 5, 6):
        with pytest.raises(TooManyCalls) as refusal:
            count(clock)
        assert refusal.value.calls == calls


def test_a_refusal_says_when_to_come_again(clock):
    """Two thirds of the next minute have to pass by until one of three calls before it no longer counts."""
    clock.advance(50)
    count(clock, times=3)
    with pytest.raises(TooManyCalls) as refusal:
        count(clock)
    assert refusal.value.retry_after_seconds == 10 + MINUTE / 3
    assert refusal.value.headers() == {"Retry-After": "30"}
    clock.advance(10 + MINUTE / 3)
    count(clock)


def test_nobody_is_told_to_wait_longer_than_a_window(clock):
    count(clock, times=3)
    with pytest.raises(TooManyCalls) as refusal:
        count(clock)
    assert refusal.value.retry_after_seconds == MINUTE


def test_at_the_seam_of_two_windows_nobody_gets_twice_as_much(clock):
    clock.advance(MINUTE - 0.001)
    count(clock, times=3)
    clock.advance(0.001)
    with pytest.raises(TooManyCalls):
        count(clock)


def test_two_windows_later_all_is_forgotten(clock):
    count(clock, times=3)
    clock.advance(2 * MINUTE)
    count(clock, times=3)
    with pytest.raises(TooManyCalls):
        count(clock)


def test_refused_calls_do_not_lengthen_the_wait(clock):
    count(clock, times=3)
    for _ in range(30):
        with pytest.raises(TooManyCalls):
            count(clock)
    clock.advance(MINUTE + MINUTE / 3)
    count(clock)


@given(st.lists(st.floats(0, 40), max_size=80), st.integers(1, 6))
def test_no_span_of_a_window_s_length_lets_twice_the_limit_pass(pauses: list[float], limit: int):
    cache.clear()
    clock = FakeClock()
    passed: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        try:
            count(clock, max_calls=limit)
        except TooManyCalls:
            continue
        passed.append(clock.now)
        assert len([at for at in passed if at > clock.now - MINUTE]) < 2 * limit or limit == 1


def test_each_key_and_each_period_is_counted_alone(clock):
    count(clock, "ada", times=3)
    count(clock, "bo", times=3)
    for _ in range(3):
        count_call("ada", max_calls=3, period_seconds=10, clock=clock)
    with pytest.raises(TooManyCalls):
        count(clock, "ada")


def test_a_count_that_the_cache_forgot_begins_anew(clock):
    count(clock, times=3)
    cache.clear()
    count(clock, times=3)


def test_a_count_that_goes_between_two_looks_begins_anew(clock, monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *args, **kwargs: True)
    count(clock, times=3)
    with pytest.raises(TooManyCalls):
        count(clock)


def test_any_text_can_be_a_key(clock):
    count(clock, "a key\n" * 1000 + "é 🎵")


@pytest.mark.parametrize(
    ("factor", "max_calls", "expected"),
    [(1.0, 60, 60), (2.0, 60, 120), (0.5, 60, 30), (0.01, 60, 1), (0.55, 3, 2), (1_000_000.0, 1, 1_000_000)],
)
def test_the_factor_scales_and_leaves_at_least_one(settings, factor: float, max_calls: int, expected: int):
    settings.RATE_LIMIT_FACTOR = factor
    assert scaled(max_calls) == expected


def test_a_factor_of_0_lifts_every_limit(settings, clock):
    settings.RATE_LIMIT_FACTOR = 0
    assert scaled(1) is None
    count(clock, times=50, max_calls=1)
    calls = LocalCalls(clock=clock)
    for _ in range(50):
        calls.count(max_calls=1, period_seconds=10)


def test_a_scaled_limit_is_the_one_that_holds(settings, clock):
    settings.RATE_LIMIT_FACTOR = 2
    count(clock, times=6)
    with pytest.raises(TooManyCalls):
        count(clock)


# --- Within one connection ---------------------------------------------------------------------------


def test_a_connection_counts_its_own_calls(clock):
    calls, others = LocalCalls(clock=clock), LocalCalls(clock=clock)
    for _ in range(3):
        calls.count(max_calls=3, period_seconds=10)
        others.count(max_calls=3, period_seconds=10)
    clock.advance(4)
    with pytest.raises(TooManyCalls) as refusal:
        calls.count(max_calls=3, period_seconds=10)
    assert (refusal.value.calls, refusal.value.retry_after_seconds) == (4, 6)


def test_a_connection_s_window_begins_with_its_first_call(clock):
    calls = LocalCalls(clock=clock)
    clock.advance(7)
    calls.count(max_calls=1, period_seconds=10)
    clock.advance(9.5)
    with pytest.raises(TooManyCalls):
        calls.count(max_calls=1, period_seconds=10)
    clock.advance(0.5)
    calls.count(max_calls=1, period_seconds=10)


@given(st.lists(st.floats(0, 20), max_size=60), st.integers(1, 5))
def test_no_window_of_a_connection_lets_more_pass_than_the_limit(pauses: list[float], limit: int):
    clock = FakeClock()
    calls = LocalCalls(clock=clock)
    passed: list[float] = []
    began = -math.inf
    for pause in pauses:
        clock.advance(pause)
        if clock.now - began >= 10:
            began, passed = clock.now, []
        if len(passed) < limit:
            calls.count(max_calls=limit, period_seconds=10)
            passed.append(clock.now)
            continue
        with pytest.raises(TooManyCalls) as refusal:
            calls.count(max_calls=limit, period_seconds=10)
        assert 0 < (refusal.value.retry_after_seconds or 0) <= 10
