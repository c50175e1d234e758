"""Never more calls than the limit within its period, and none is rejected below it: in memory and in Redis.

Both are judged by the same sequences. A Redis is shared by several processes, so it is asked through two.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cache import Call, LocalCache
from core.redis_cache import GuardedRedisCache
from tests.invariants.concurrent_users import meanwhile
from tests.services import Redis

PERIOD_SECONDS = 60.0
# An eighth of a second, so that moments add up exactly.
TICK = 0.125
THREADS = 8
# A busy machine must not make Redis appear unavailable.
PATIENCE = {"OPTIONS": {"socket_timeout": 20.0, "socket_connect_timeout": 20.0}}

Count = Callable[..., float | None]
_names = (f"somebody-{number}" for number in itertools.count())


@pytest.fixture
def own_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients of Redis that no other test shares, and that leave no connection open."""
    clients: dict[tuple[str, ...], Any] = {}
    monkeypatch.setattr(GuardedRedisCache, "_clients", clients)
    yield
    for client in clients.values():
        for pool in client._pools.values():
            pool.disconnect()


@pytest.fixture(params=["memory", "redis", "redis that comes and goes"])
def counters(request: pytest.FixtureRequest, own_clients: None) -> Iterator[list[Count]]:
    """Two ways that count together."""
    if request.param == "memory":
        local = LocalCache("call-limits", {})
        yield [local.take_call, local.take_call]
        local.clear()
        return
    redis: Redis = request.getfixturevalue("redis")
    url = redis.new_url()
    cache = GuardedRedisCache(url, PATIENCE)
    if request.param == "redis":
        other = GuardedRedisCache(f"{url}?health_check_interval=1", PATIENCE)
        yield [cache.take_call, other.take_call]
        return

    def while_away(name: str, **options: Any) -> float | None:
        cache._breaker.failed()
        wait_seconds = cache.take_call(name, **options)
        cache._breaker.succeeded()
        return wait_seconds

    yield [cache.take_call, while_away]


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    calls=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 1)), max_size=60), limit=st.integers(1, 6)
)
def test_a_call_passes_if_and_only_if_fewer_than_the_limit_passed_before(
    counters: list[Count], calls: list[tuple[int, int]], limit: int
) -> None:
    """Each name is counted alone: every example has one of its own, and begins at the same moment."""
    name, now, passed = next(_names), 1_000_000.0, []
    for ticks, which in calls:
        now += ticks * TICK
        within = [at for at in passed if at > now - PERIOD_SECONDS]
        wait_seconds = counters[which](name, limit=limit, period_seconds=PERIOD_SECONDS, now=now)
        assert wait_seconds == (None if len(within) < limit else within[-limit] + PERIOD_SECONDS - now)
        if wait_seconds is None:
            passed.append(now)


@pytest.mark.parametrize("counters", ["memory", "redis"], indirect=True)
def test_of_concurrent_calls_exactly_the_limit_pass(counters: list[Count]) -> None:
    name, limit = next(_names), 50
    begin = threading.Barrier(THREADS)

    def take(count: Count) -> list[float | None]:
        begin.wait()
        options = {"limit": limit, "period_seconds": PERIOD_SECONDS, "now": 1000.0}
        return [count(name, **options) for _ in range(limit)]

    turns = [lambda _, count=counters[number % 2]: take(count) for number in range(THREADS)]
    with meanwhile(*turns) as taking:
        taken = [wait_seconds for each in taking for wait_seconds in each.result()]

    assert taken.count(None) == limit
    assert taken.count(PERIOD_SECONDS) == THREADS * limit - limit


@pytest.mark.parametrize("counters", ["memory", "redis"], indirect=True)
def test_a_rejected_call_and_those_behind_it_are_not_counted(
    counters: list[Any],
) -> None:
    here, there = (count.__self__ for count in counters)
    first, second = (Call(next(_names), limit, PERIOD_SECONDS) for limit in (1, 2))
    assert here.take_calls([first, second], now=1000.0) is None
    assert there.take_calls([first, second], now=1001.0) == (0, PERIOD_SECONDS - 1)
    assert there.take_calls([second], now=1002.0) is None
    third = Call(next(_names), 1, PERIOD_SECONDS)
    assert here.take_calls([third, second, first], now=1003.0) == (1, PERIOD_SECONDS - 3)
    assert there.take_calls([third], now=1004.0) == (0, PERIOD_SECONDS - 1)  # it had passed
    assert there.take_calls([first, second], now=1000.0 + PERIOD_SECONDS) is None
