"""A breaker opens, lets one try, and closes; whoever is asked at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.breaker import Breaker
from core.tests.clocks import FakeClock

SECONDS = 30.0
FAILURES = 3
CALLERS = 8


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breaker(clock: FakeClock) -> Breaker:
    return Breaker(seconds=SECONDS, failures=FAILURES, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.lets_pass()
        breaker.failed()


def test_one_failure_is_enough_where_nothing_else_is_said(clock: FakeClock) -> None:
    breaker = Breaker(seconds=SECONDS, clock=clock)
    seen = [breaker.is_open]
    breaker.failed()
    for seconds in (0, SECONDS - 0.01, 0.01):
        clock.advance(seconds)
        seen.append(breaker.is_open)
    assert seen == [False, True, True, False]


def test_after_a_while_one_may_try_and_the_others_wait_for_what_becomes_of_it(
    breaker: Breaker, clock: FakeClock
) -> None:
    fail(breaker, FAILURES)
    clock.advance(SECONDS - 0.01)
    assert not breaker.lets_pass()
    clock.advance(0.01)
    assert [breaker.is_open, breaker.is_open] == [False, False]  # looking takes nobody's turn
    assert [breaker.lets_pass() for _ in range(3)] == [True, False, False]
    clock.advance(SECONDS)  # nothing was heard of that trial
    assert breaker.lets_pass()


def test_a_trial_that_succeeds_closes_it_for_all_and_one_that_fails_opens_it_for_as_long_again(
    breaker: Breaker, clock: FakeClock
) -> None:
    fail(breaker, FAILURES)
    clock.advance(SECONDS)
    fail(breaker, 1)
    clock.advance(SECONDS - 0.01)
    assert not breaker.lets_pass()
    clock.advance(0.01)
    assert breaker.lets_pass()
    breaker.succeeded()
    fail(breaker, FAILURES - 1)
    assert breaker.lets_pass()


def test_of_many_threads_at_once_one_tries(breaker: Breaker, clock: FakeClock) -> None:
    fail(breaker, FAILURES)
    clock.advance(SECONDS)
    together = threading.Barrier(CALLERS)

    def call(_number: int) -> bool:
        together.wait()
        return breaker.lets_pass()

    with ThreadPoolExecutor(CALLERS) as pool:
        passed = list(pool.map(call, range(CALLERS)))
    assert sorted(passed) == [False] * (CALLERS - 1) + [True]
