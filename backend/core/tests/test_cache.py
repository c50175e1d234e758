"""The shared cache: Redis while it answers, this process's memory while it doesn't.

Counting: tests/invariants/test_call_limits.py. That no caller waits: tests/faults/test_redis_away.py.
"""

import itertools
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import ConnectionError as RedisIsAway
from redis.exceptions import TimeoutError as RedisIsSlow

from core.cache import SETS_BETWEEN_SWEEPS, LocalCache
from core.redis_cache import BREAKER_SECONDS, REDIS_DEADLINE_SECONDS, GuardedRedisCache, job_deadline
from core.resilience import CircuitBreaker
from core.tests.clocks import FakeClock

_databases = itertools.count()


class FakeRedis:
    """Stands for Django's client of Redis, which may be away. Counting is tried on a real Redis."""

    def __init__(self) -> None:
        self.kept = LocMemCache(f"a-fake-redis-{next(_databases)}", {})
        self.failure: Exception | None = None
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        return getattr(self.kept, name)


@pytest.fixture
def url() -> str:
    """The discard port of this machine: nothing listens, and the response is immediate.

    Connections, breakers and memory belong to an address, so each test has one of its own.
    """
    return f"redis://127.0.0.1:9/{next(_databases)}"


@pytest.fixture
def redis(url, clock, monkeypatch) -> Iterator[FakeRedis]:
    fake = FakeRedis()
    monkeypatch.setitem(GuardedRedisCache._clients, ((url,), REDIS_DEADLINE_SECONDS), fake)
    breaker = CircuitBreaker(seconds=BREAKER_SECONDS, clock=clock)
    monkeypatch.setitem(GuardedRedisCache._breakers, (url,), breaker)
    yield fake
    fake.kept.clear()


@pytest.fixture
def guarded(redis, url) -> GuardedRedisCache:
    return GuardedRedisCache(url, {})


def check_answers(cache: GuardedRedisCache) -> None:
    assert (cache.add("a", 1), cache.add("a", 5)) == (True, False)
    cache.set("b", 2)
    assert (cache.incr("a"), cache.get("b"), cache.get("c", "none")) == (2, 2, "none")
    assert (cache.has_key("a"), cache.touch("a"), cache.delete("b")) == (True, True, True)
    cache.set_many({"b": 3, "c": 4})
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 2, "b": 3, "c": 4}
    cache.delete_many(["b", "c"])
    assert (cache.get_or_set("b", 7), cache.decr("b"), cache.get("c")) == (7, 6, None)
    with pytest.raises(ValueError, match="missing"):
        cache.incr("missing")


def test_an_available_redis_is_used(guarded, redis):
    check_answers(guarded)
    assert redis.kept.get(":1:a") == 2
    assert guarded._local.get("a") is None
    guarded.clear()
    assert redis.kept.get(":1:a") is None


@pytest.mark.parametrize("failure", [RedisIsAway("gone"), RedisIsSlow("slow"), OSError("reset")])
def test_without_redis_local_memory_is_used(guarded, redis, failure: Exception, caplog):
    redis.failure = failure
    check_answers(guarded)
    guarded.clear()
    assert guarded.get("a") is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_stored_values_are_readable_with_and_without_redis(guarded, redis, clock):
    guarded.mark_known("ada", seconds=60)
    redis.failure = RedisIsAway("gone")
    assert (guarded.is_known("ada"), guarded.is_known("bo")) == (True, False)
    guarded.mark_known("cem", seconds=60)
    redis.failure = None
    clock.advance(BREAKER_SECONDS)
    assert guarded.is_known("cem")
    guarded._local.clear()  # as in another process
    assert (guarded.is_known("ada"), guarded.is_known("cem")) == (True, False)


def test_after_a_failure_redis_is_paused_then_used_again(guarded, redis, clock):
    redis.failure = RedisIsAway("gone")
    guarded.set("a", 1)
    redis.failure = None
    clock.advance(BREAKER_SECONDS - 0.01)
    assert (guarded.get("a"), redis.calls) == (1, 1)
    clock.advance(0.01)
    with pytest.raises(ValueError, match="missing"):
        guarded.incr("missing")  # an error of a command is a response, too
    assert (guarded.get("a"), redis.calls) == (None, 3)


def test_a_programming_error_does_not_count_as_unavailable(guarded, redis):
    redis.failure = TypeError("a bug")
    with pytest.raises(TypeError):
        guarded.get("a")


def test_all_threads_share_connections_circuit_breaker_and_memory(guarded, redis, url):
    redis.failure = RedisIsAway("gone")
    guarded.set("a", 1)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: GuardedRedisCache(url, {}).get("a")).result() == 1
    assert redis.calls == 1


@pytest.mark.redis
def test_a_job_waits_for_a_late_response_and_a_request_does_not(settings):
    if not settings.REDIS_URLS:
        pytest.skip("without Redis no response is late")
    # Connections and breakers belong to an address: this one has the deadlines of a server.
    late = GuardedRedisCache(f"{settings.REDIS_URLS[0]}?client_name=late", {})
    redis_server = late._cache.get_client(None, write=True)
    for deadline, is_unavailable in ((job_deadline(), False), (nullcontext(), True)):
        redis_server.client_pause(int(REDIS_DEADLINE_SECONDS * 3000))
        with deadline:
            late.set("a", 1)
        assert late.is_unavailable is is_unavailable


# --- This process's own memory -----------------------------------------------------------------------


def test_full_memory_evicts_no_valid_entry_and_purges_expired_ones():
    local = LocalCache("a-test", {})
    local.set("ada", 1)
    for number in range(5000):
        local.set(f"somebody-{number}", 1)
    assert local.get("ada") == 1
    local.delete("ada")
    for number in range(5000):
        local.set(f"somebody-{number}", 1, timeout=0)
    assert len(local._expire_info) < SETS_BETWEEN_SWEEPS
    local.clear()


# --- The breaker -------------------------------------------------------------------------------------

SECONDS, FAILURES, CALLERS = 30.0, 3, 8


@pytest.fixture
def breaker(clock: FakeClock) -> CircuitBreaker:
    """One that has just opened."""
    breaker = CircuitBreaker(seconds=SECONDS, failures=FAILURES, clock=clock)
    fail(breaker, FAILURES)
    return breaker


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        assert breaker.allows_call()
        breaker.failed()


def test_after_the_pause_one_caller_tests_and_the_others_wait_for_the_result(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    clock.advance(SECONDS - 0.01)
    assert not breaker.allows_call()
    clock.advance(0.01)
    assert [breaker.is_open, breaker.is_open] == [False, False]  # looking takes no turn
    assert [breaker.allows_call() for _ in range(3)] == [True, False, False]
    clock.advance(SECONDS)  # nothing was heard of that trial
    fail(breaker, 1)
    clock.advance(SECONDS - 0.01)
    assert not breaker.allows_call()
    clock.advance(0.01)
    assert breaker.allows_call()
    breaker.succeeded()
    fail(breaker, FAILURES - 1)
    assert breaker.allows_call()


def test_of_concurrent_threads_one_tests(breaker: CircuitBreaker, clock: FakeClock) -> None:
    clock.advance(SECONDS)
    together = threading.Barrier(CALLERS)

    def call(_number: int) -> bool:
        together.wait()
        return breaker.allows_call()

    with ThreadPoolExecutor(CALLERS) as pool:
        passed = list(pool.map(call, range(CALLERS)))
    assert sorted(passed) == [False] * (CALLERS - 1) + [True]
