"""Never more calls than the limit within its period, and nobody is refused below it: in memory and in Redis.

Both are judged by the same sequences. A Redis is shared by several processes, so it is asked through two.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cache import GuardedRedisCache, LocalCache, SharedMemory
from tests.invariants.crowd import meanwhile
from tests.services import Redis

PERIOD_SECONDS = 60.0
# An eighth of a second, so that moments add up exactly.
TICK = 0.125
THREADS = 8
# A busy machine must not make Redis look as if it were away.
PATIENCE = {"OPTIONS": {"socket_timeout": 20.0, "socket_connect_timeout": 20.0}}

TWO: dict[str, Any] = {"limit": 2, "period_seconds": PERIOD_SECONDS}

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


@pytest.fixture(params=["memory", "redis"])
def counters(request: pytest.FixtureRequest, own_clients: None) -> Iterator[list[SharedMemory]]:
    """Two that count together."""
    if request.param == "memory":
        local = LocalCache("call-limits", {})
        yield [local, local]
        local.clear()
        return
    redis: Redis = request.getfixturevalue("redis")
    url = redis.new_url()
    yield [GuardedRedisCache(url, PATIENCE), GuardedRedisCache(f"{url}?health_check_interval=1", PATIENCE)]


@pytest.fixture
def redis_alone(redis: Redis, own_clients: None) -> GuardedRedisCache:
    """The one process that asks its Redis."""
    return GuardedRedisCache(redis.new_url(), PATIENCE)


calls = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 1)), max_size=60)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(calls=calls, limit=st.integers(1, 6))
def test_a_call_passes_exactly_if_fewer_than_the_limit_did_within_the_period(
    counters: list[SharedMemory], calls: list[tuple[int, int]], limit: int
) -> None:
    name, now, passed = next(_names), 1_000_000.0, []
    for ticks, which in calls:
        now += ticks * TICK
        within = [at for at in passed if at > now - PERIOD_SECONDS]
        wait_seconds = counters[which].take_call(name, limit=limit, period_seconds=PERIOD_SECONDS, now=now)
        if len(within) < limit:
            assert wait_seconds is None
            passed.append(now)
        else:
            assert wait_seconds == within[-limit] + PERIOD_SECONDS - now


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(calls=calls, limit=st.integers(1, 6))
def test_one_process_counts_exactly_however_redis_comes_and_goes(
    redis_alone: GuardedRedisCache, calls: list[tuple[int, int]], limit: int
) -> None:
    name, now, passed = next(_names), 1_000_000.0, []
    for ticks, is_away in calls:
        now += ticks * TICK
        if is_away:
            redis_alone._breaker.failed()
        else:
            redis_alone._breaker.succeeded()
        within = [at for at in passed if at > now - PERIOD_SECONDS]
        wait_seconds = redis_alone.take_call(name, limit=limit, period_seconds=PERIOD_SECONDS, now=now)
        assert wait_seconds == (None if len(within) < limit else within[-limit] + PERIOD_SECONDS - now)
        if wait_seconds is None:
            passed.append(now)


def test_what_redis_refuses_takes_nothing_here(counters: list[SharedMemory]) -> None:
    """Else a process would refuse for a period because of what another let through."""
    name, options = next(_names), TWO
    for now in (1000.0, 1001.0):
        assert counters[0].take_call(name, now=now, **options) is None
    for now in (1002.0, 1059.0):
        assert counters[1].take_call(name, now=now, **options) == 1060.0 - now

    assert [counters[1].take_call(name, now=now, **options) for now in (1060.0, 1061.0)] == [None, None]


def test_of_many_calls_at_once_exactly_the_limit_pass(counters: list[SharedMemory]) -> None:
    name, limit = next(_names), 50
    begin = threading.Barrier(THREADS)

    def take(counter: SharedMemory) -> list[float | None]:
        begin.wait()
        options: dict[str, Any] = {"limit": limit, "period_seconds": PERIOD_SECONDS, "now": 1000.0}
        return [counter.take_call(name, **options) for _ in range(limit)]

    turns: list[Callable[[threading.Event], list[float | None]]] = [
        lambda _, counter=counters[number % 2]: take(counter) for number in range(THREADS)
    ]
    with meanwhile(*turns) as taking:
        taken = [wait_seconds for each in taking for wait_seconds in each.result()]

    assert taken.count(None) == limit
    assert taken.count(PERIOD_SECONDS) == THREADS * limit - limit


def test_each_name_is_counted_alone(counters: list[SharedMemory]) -> None:
    ada, bo = next(_names), next(_names)
    options: dict[str, Any] = {"limit": 1, "period_seconds": PERIOD_SECONDS, "now": 1000.0}

    taken = [counters[0].take_call(name, **options) for name in (ada, bo, ada, bo)]

    assert taken == [None, None, PERIOD_SECONDS, PERIOD_SECONDS]
