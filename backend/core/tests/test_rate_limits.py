"""Never more calls than the limit within its period; the factor scales every limit, and 0 lifts them all."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import rate_limits
from core.cache import LocalCache
from core.rate_limits import LocalCalls, TooManyCalls, count_call, scaled
from core.tests.clocks import FakeClock

MINUTE = 60
BEGINNING = 1_000_000.0 * MINUTE


def count(clock: FakeClock, key: str = "ada", *, times: int = 1, max_calls: int = 3) -> None:
    for _ in range(times):
        count_call(key, max_calls=max_calls, period_seconds=MINUTE, clock=clock)


@pytest.fixture(autouse=True)
def cache(monkeypatch) -> Iterator[LocalCache]:
    """This process's memory, whatever the size: a Redis that is slow for a moment would lose counts."""
    local = LocalCache("rate-limits", {})
    monkeypatch.setattr(rate_limits, "cache", local)
    yield local
    local.clear()


@pytest.fixture
def clock() -> FakeClock:
    """At the beginning of a minute."""
    return FakeClock(BEGINNING)


def test_a_refusal_counts_the_call_that_was_one_too_many(clock):
    count(clock, times=3)
    with pytest.raises(TooManyCalls) as refusal:
        count(clock)
    assert (refusal.value.code, refusal.value.status, refusal.value.calls) == ("RATE_LIMITED", 429, 4)
    assert refusal.value.headers() == {"Retry-After": "60"}


AT_ONCE = [(0, "ada")] * 3


# A period later, to the eighth of a second; what was refused meanwhile does not lengthen the wait.
@example(calls=[*AT_ONCE, (60 * 8 - 1, "ada"), (1, "ada"), (0, "ada"), (0, "ada"), (0, "ada")], limit=3)
@example(calls=[*AT_ONCE, *[(8, "ada")] * 30, (30 * 8, "ada")], limit=3)
# Where one minute ends and the next begins.
@example(calls=[(60 * 8 - 1, "ada"), (0, "ada"), (0, "ada"), (1, "ada")], limit=3)
@example(calls=[*AT_ONCE, (120 * 8, "ada"), *AT_ONCE], limit=3)
@given(
    calls=st.lists(st.tuples(st.integers(0, 40 * 8), st.sampled_from(["ada", "bo"]))), limit=st.integers(1, 6)
)
def test_a_call_passes_exactly_if_fewer_than_the_limit_did_within_the_period(
    cache: LocalCache, calls: list[tuple[int, str]], limit: int
):
    """Never more, and nobody is refused below it; moments are eighths of seconds, so that they add up."""
    cache.clear()
    clock = FakeClock(BEGINNING)
    passed: dict[str, list[float]] = {"ada": [], "bo": []}
    for pause, name in calls:
        clock.advance(pause / 8)
        within = [at for at in passed[name] if at > clock.now - MINUTE]
        if len(within) < limit:
            count(clock, name, max_calls=limit)
            passed[name].append(clock.now)
        else:
            with pytest.raises(TooManyCalls) as refusal:
                count(clock, name, max_calls=limit)
            assert refusal.value.retry_after_seconds == within[-limit] + MINUTE - clock.now


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


# --- Within one connection ---------------------------------------------------------------------------


def test_what_a_connection_was_refused_is_told_and_forgotten_like_the_rest(clock):
    calls = LocalCalls(clock=clock)
    calls.count(max_calls=1, period_seconds=10)
    told = []
    for _ in range(4):
        clock.advance(4)
        try:
            calls.count(max_calls=1, period_seconds=10)
        except TooManyCalls as refusal:
            told.append((clock.now - BEGINNING, refusal.calls))
    assert told == [(4, 2), (8, 3), (16, 3)]


@given(st.lists(st.integers(0, 20 * 8), max_size=60), st.integers(1, 5))
def test_a_connection_s_call_passes_exactly_if_fewer_than_the_limit_did_within_the_period(
    pauses: list[int], limit: int
):
    clock = FakeClock()
    calls = LocalCalls(clock=clock)
    passed: list[float] = []
    tried: list[float] = []
    for pause in pauses:
        clock.advance(pause / 8)
        tried.append(clock.now)
        within = [at for at in passed if at > clock.now - 10]
        if len(within) < limit:
            calls.count(max_calls=limit, period_seconds=10)
            passed.append(clock.now)
            continue
        with pytest.raises(TooManyCalls) as refusal:
            calls.count(max_calls=limit, period_seconds=10)
        assert refusal.value.retry_after_seconds == within[-limit] + 10 - clock.now
        assert refusal.value.calls == len([at for at in tried if at > clock.now - 10])
