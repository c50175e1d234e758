"""The shared cache: Redis while it answers, this process's memory while it doesn't."""

import logging
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisIsAway
from redis.exceptions import TimeoutError as RedisIsSlow

from core import cache as module
from core.cache import (
    BREAKER_SECONDS,
    REDIS_DEADLINE_SECONDS,
    SETS_BETWEEN_SWEEPS,
    GuardedRedisCache,
    LocalCache,
)
from core.call_log import CALLS_BETWEEN_SWEEPS, CallLog
from core.tests.clocks import FakeClock

# The discard port of this machine: nobody listens, and the answer is immediate.
NOBODY = "redis://127.0.0.1:9/0"


class FakeRedis:
    """Stands for Django's client of Redis: a dict that may be away."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.kept: dict[str, Any] = {}
        self.failure: Exception | None = None
        self.calls = 0

    def _reach(self) -> None:
        self.calls += 1
        if self.failure is not None:
            raise self.failure

    def add(self, key: str, value: Any, timeout: float | None) -> bool:
        self._reach()
        return self.kept.setdefault(key, value) is value

    def get(self, key: str, default: Any) -> Any:
        self._reach()
        return self.kept.get(key, default)

    def set(self, key: str, value: Any, timeout: float | None) -> None:
        self._reach()
        self.kept[key] = value

    def touch(self, key: str, timeout: float | None) -> bool:
        self._reach()
        return key in self.kept

    def delete(self, key: str) -> bool:
        self._reach()
        return self.kept.pop(key, None) is not None

    def has_key(self, key: str) -> bool:
        self._reach()
        return key in self.kept

    def incr(self, key: str, delta: int) -> int:
        self._reach()
        if key not in self.kept:
            raise ValueError(key)
        self.kept[key] += delta
        return int(self.kept[key])

    def get_many(self, keys: list[str]) -> dict[str, Any]:
        self._reach()
        return {key: self.kept[key] for key in keys if key in self.kept}

    def set_many(self, data: dict[str, Any], timeout: float | None) -> None:
        self._reach()
        self.kept.update(data)

    def delete_many(self, keys: list[str]) -> None:
        self._reach()
        for key in keys:
            self.kept.pop(key, None)

    def clear(self) -> bool:
        self._reach()
        self.kept.clear()
        return True

    def get_client(self, key: str, *, write: bool) -> Any:
        self._reach()
        raise AssertionError("Counting is tried on a real Redis.")


@pytest.fixture
def clock(monkeypatch) -> FakeClock:
    fake = FakeClock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=fake.monotonic))
    return fake


@pytest.fixture
def own_process(monkeypatch) -> Iterator[None]:
    """Clients, breakers and local memory that no other test shares."""
    monkeypatch.setattr(GuardedRedisCache, "_clients", {})
    monkeypatch.setattr(GuardedRedisCache, "_breakers", {})
    yield
    GuardedRedisCache(NOBODY, {})._local.clear()


@pytest.fixture
def redis(own_process, clock, monkeypatch) -> FakeRedis:
    fake = FakeRedis()
    monkeypatch.setitem(GuardedRedisCache._clients, (NOBODY,), fake)
    return fake


@pytest.fixture
def guarded(redis) -> GuardedRedisCache:
    return GuardedRedisCache(NOBODY, {})


def test_while_redis_answers_it_is_asked(guarded, redis):
    assert guarded.add("a", 1) is True
    guarded.set("b", 2)
    assert (guarded.incr("a"), guarded.get("b"), guarded.get("c", "none")) == (2, 2, "none")
    assert (guarded.has_key("a"), guarded.touch("a"), guarded.delete("b")) == (True, True, True)
    assert redis.kept == {":1:a": 2}
    guarded.clear()
    assert redis.kept == {}
    assert guarded._local.get("a") is None


@pytest.mark.parametrize("failure", [RedisIsAway("gone"), RedisIsSlow("slow"), OSError("reset")])
def test_without_redis_memory_answers(guarded, redis, failure: Exception, caplog):
    redis.failure = failure
    assert guarded.add("a", 1) is True
    assert guarded.add("a", 5) is False
    guarded.set("b", 2)
    assert (guarded.incr("a"), guarded.get("b"), guarded.get("c", "none")) == (2, 2, "none")
    assert (guarded.has_key("a"), guarded.touch("a"), guarded.delete("b")) == (True, True, True)
    guarded.clear()
    assert guarded.get("a") is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_key_that_memory_lacks_is_a_value_error_as_in_redis(guarded, redis):
    with pytest.raises(ValueError, match="missing"):
        guarded.incr("missing")
    redis.failure = RedisIsAway()
    with pytest.raises(ValueError, match="missing"):
        guarded.incr("missing")


def test_many_at_once_are_guarded_too(guarded, redis):
    redis.failure = RedisIsAway("gone")
    guarded.set_many({"a": 1, "b": 2})
    assert guarded.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    guarded.delete_many(["a"])
    assert guarded.get_or_set("a", 7) == 7
    assert guarded.decr("a") == 6


def test_calls_are_counted_in_memory_meanwhile(guarded, redis):
    redis.failure = RedisIsAway("gone")
    two_a_minute = {"limit": 2, "period_seconds": 60.0}
    assert [guarded.take_call("a", **two_a_minute, now=now) for now in (0.0, 20.0, 30.0)] == [
        None,
        None,
        30.0,
    ]
    guarded.clear()
    assert guarded.take_call("a", **two_a_minute, now=30.0) is None


def test_what_was_remembered_while_redis_answered_is_known_without_it(guarded, redis):
    guarded.remember("ada", seconds=60)
    redis.failure = RedisIsAway("gone")
    assert (guarded.is_known("ada"), guarded.is_known("bo")) == (True, False)


def test_what_was_remembered_without_redis_is_known_when_it_is_back(guarded, redis, clock):
    redis.failure = RedisIsAway("gone")
    guarded.remember("ada", seconds=60)
    redis.failure = None
    clock.advance(BREAKER_SECONDS)
    assert guarded.is_known("ada")


def test_what_another_process_remembered_is_known(guarded, redis):
    guarded.remember("ada", seconds=60)
    guarded._local.clear()
    assert (guarded.is_known("ada"), guarded.is_known("bo")) == (True, False)


def test_after_a_failure_redis_is_left_alone_for_a_while_and_then_asked_again(guarded, redis, clock):
    redis.failure = RedisIsAway("gone")
    guarded.set("a", 1)
    redis.failure = None
    clock.advance(BREAKER_SECONDS - 0.01)
    assert guarded.get("a") == 1
    assert redis.calls == 1
    clock.advance(0.01)
    assert guarded.get("a") is None
    assert redis.calls == 2


def test_while_redis_stays_away_it_is_asked_once_a_second(guarded, redis, clock):
    redis.failure = RedisIsAway("gone")
    for _ in range(100):
        guarded.get("a")
        clock.advance(0.1)
    assert 9 <= redis.calls <= 11


def test_a_bug_is_not_taken_for_an_absence(guarded, redis):
    redis.failure = TypeError("a bug")
    with pytest.raises(TypeError):
        guarded.get("a")


def test_all_threads_share_the_connections_the_breaker_and_the_memory(guarded, redis):
    redis.failure = RedisIsAway("gone")
    guarded.set("a", 1)
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(GuardedRedisCache(NOBODY, {}).get("a")))
    thread.start()
    thread.join()
    assert found == [1]
    assert redis.calls == 1


def test_two_servers_have_breakers_of_their_own(own_process):
    first, other = GuardedRedisCache(NOBODY, {}), GuardedRedisCache("redis://127.0.0.1:10/0", {})
    first._breaker.failed()
    assert first._breaker.is_open
    assert not other._breaker.is_open


def test_when_redis_is_back_what_it_refuses_is_an_answer_too(guarded, redis, clock):
    redis.failure = RedisIsAway("gone")
    guarded.get("a")
    redis.failure = None
    clock.advance(BREAKER_SECONDS)
    with pytest.raises(ValueError, match="missing"):
        guarded.incr("missing")
    guarded.set("a", 1)
    assert redis.kept == {":1:a": 1}


def test_a_real_client_that_finds_nobody_answers_from_memory_within_its_deadline(own_process):
    guarded = GuardedRedisCache(NOBODY, {})
    began = time.perf_counter()
    guarded.set("a", 1)
    assert guarded.get("a") == 1
    # Importing and connecting take their part; a default client would try again for seconds.
    assert time.perf_counter() - began < 20 * REDIS_DEADLINE_SECONDS


def test_a_real_client_waits_no_longer_than_the_deadline(own_process):
    options = GuardedRedisCache(NOBODY, {"OPTIONS": {"db": 3}})._options
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (0.05, 0.05)
    assert options["retry"].get_retries() == 0
    assert options["db"] == 3


# --- This process's own memory -----------------------------------------------------------------------


@pytest.fixture
def local() -> Iterator[LocalCache]:
    cache = LocalCache("a-test", {})
    yield cache
    cache.clear()


def test_a_crowd_pushes_nobody_out(local):
    local.set("ada", 1)
    for number in range(5000):
        local.set(f"somebody-{number}", 1)
    assert local.get("ada") == 1


def test_what_has_expired_is_dropped_without_being_asked_for(local):
    for number in range(2 * SETS_BETWEEN_SWEEPS):
        local.set(f"somebody-{number}", 1, timeout=0)
    assert len(local._expire_info) < SETS_BETWEEN_SWEEPS


def test_names_that_nobody_calls_any_more_are_forgotten():
    log = CallLog()
    for number in range(CALLS_BETWEEN_SWEEPS):
        log.take(f"somebody-{number}", limit=1, period_seconds=10.0, now=float(number))
    for _ in range(CALLS_BETWEEN_SWEEPS):
        log.take("ada", limit=1, period_seconds=10.0, now=float(CALLS_BETWEEN_SWEEPS + 20))
    assert len(log) == 1


def test_of_one_name_no_more_is_remembered_than_counts():
    log = CallLog()
    for number in range(10_000):
        assert log.take("ada", limit=1000, period_seconds=10.0, now=number / 4) is None
    assert len(log._passed["ada"]._moments) <= 2 * 41
