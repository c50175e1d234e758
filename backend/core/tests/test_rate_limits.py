"""Never more calls than the limit within its period; the factor scales every limit, and 0 lifts them all.

The calls that processes share: tests/invariants/test_call_limits.py.
"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.rate_limits import LocalRateLimiter, RateLimitExceeded, count_call, scaled
from core.resilience import CALLS_BETWEEN_SWEEPS, SlidingWindowLimiter
from core.tests.clocks import FakeClock


@pytest.mark.parametrize(
    ("factor", "max_calls", "expected"),
    [(1.0, 60, 60), (2.0, 60, 120), (0.01, 60, 1), (0.55, 3, 2), (1_000_000.0, 1, 1_000_000), (0, 1, None)],
)
def test_the_factor_scales_and_leaves_at_least_one(settings, factor: float, max_calls: int, expected):
    settings.RATE_LIMIT_FACTOR = factor
    assert scaled(max_calls) == expected


def test_a_factor_of_0_turns_off_every_limit(settings):
    settings.RATE_LIMIT_FACTOR = 0
    calls = LocalRateLimiter()
    for _ in range(50):
        calls.count(max_calls=1, period_seconds=10)
        count_call("ada", max_calls=1, period_seconds=10)


AT_ONCE = [0] * 3


# A period later, to the eighth of a second; rejected calls do not lengthen the wait.
@example(pauses=[*AT_ONCE, 79, 1, 0, 0, 0], limit=3)
@example(pauses=[*AT_ONCE, *[1] * 30, 50], limit=3)
@example(pauses=[*AT_ONCE, 160, *AT_ONCE], limit=3)
@given(pauses=st.lists(st.integers(0, 20 * 8), max_size=60), limit=st.integers(1, 5))
def test_a_call_passes_if_and_only_if_fewer_than_the_limit_passed_within_the_period(
    pauses: list[int], limit: int
):
    """Never more, and none is rejected below it; times are eighths of seconds, which floats add exactly."""
    clock = FakeClock()
    calls = LocalRateLimiter(clock=clock)
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
        with pytest.raises(RateLimitExceeded) as rejection:
            calls.count(max_calls=limit, period_seconds=10)
        assert rejection.value.retry_after_seconds == within[-limit] + 10 - clock.now
        assert rejection.value.calls == len([at for at in tried if at > clock.now - 10])


# --- What is stored of calls -------------------------------------------------------------------------


def test_counters_of_inactive_callers_are_deleted():
    log = SlidingWindowLimiter()
    for number in range(CALLS_BETWEEN_SWEEPS):
        log.take(f"somebody-{number}", limit=1, period_seconds=10.0, now=float(number))
    for _ in range(CALLS_BETWEEN_SWEEPS):
        log.take("ada", limit=1, period_seconds=10.0, now=float(CALLS_BETWEEN_SWEEPS + 20))
    assert len(log) == 1


def test_a_counter_stores_no_more_calls_than_the_limit():
    log = SlidingWindowLimiter()
    for number in range(10_000):
        assert log.take("ada", limit=1000, period_seconds=10.0, now=number / 4) is None
    assert len(log._passed["ada"]._moments) <= 2 * 41
