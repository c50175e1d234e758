"""The shared cache: Redis with a deadline and a circuit breaker; local memory while Redis is unavailable."""

import itertools
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.cache import Call, LocalCache
from core.resilience import CircuitBreaker

logger = logging.getLogger(__name__)
R = TypeVar("R")

# A request never waits longer than this for Redis.
REDIS_DEADLINE_SECONDS = 0.05
# A job or a command may wait this long: no client waits for it.
JOB_DEADLINE_SECONDS = 5.0
# After a failure, no request is sent to Redis for this time, so that few requests wait for the deadline.
BREAKER_SECONDS = 1.0
# The maximum number of keys in one command to Redis.
NAMES_PER_WRITE = 500

# LocalCache.take_calls on lists in Redis, as one atomic step. Numbers are text, which preserves all digits.
TAKE_CALLS = """
local now = tonumber(ARGV[1])
for place, key in ipairs(KEYS) do
    local limit, period = tonumber(ARGV[2 * place]), tonumber(ARGV[2 * place + 1])
    local oldest = redis.call('LINDEX', key, 0)
    while oldest and tonumber(oldest) <= now - period do
        redis.call('LPOP', key)
        oldest = redis.call('LINDEX', key, 0)
    end
    if redis.call('LLEN', key) >= limit then
        local passed = tonumber(redis.call('LINDEX', key, -limit))
        return {place - 1, string.format('%.17g', passed + period - now)}
    end
    redis.call('RPUSH', key, ARGV[1])
    redis.call('PEXPIRE', key, math.ceil(period * 1000))
end
return false
"""


class _Deadline(threading.local):
    """One for each thread."""

    seconds = REDIS_DEADLINE_SECONDS


_deadline = _Deadline()


@contextmanager
def job_deadline() -> Iterator[None]:
    """Applies the deadline of jobs to this thread, instead of that of requests."""
    before, _deadline.seconds = _deadline.seconds, JOB_DEADLINE_SECONDS
    try:
        yield
    finally:
        _deadline.seconds = before


class _CachedClients(RedisCacheClient):
    """Django's client with cached `redis.Redis` objects. Creating one takes longer than a command."""

    _get_connection_pool: Callable[[bool], Any]
    _client: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made: dict[Any, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:  # noqa: ARG002 - as Django has it
        """One client for each connection pool, for all threads."""
        pool = self._get_connection_pool(write)
        if pool not in self._made:
            self._made[pool] = self._client(connection_pool=pool)
        return self._made[pool]

    @cached_property
    def take_calls(self) -> Any:
        """The script that counts calls."""
        return self.get_client(write=True).register_script(TAKE_CALLS)


def _guarded_method(name: str) -> Any:
    """A method of Django's caches that uses local memory while Redis is unavailable."""
    shared = getattr(RedisCache, name)

    def method(self: "GuardedRedisCache", *args: Any, **kwargs: Any) -> Any:
        local = getattr(self._local, name)
        return self._guarded(lambda: shared(self, *args, **kwargs), lambda: local(*args, **kwargs))

    return method


class GuardedRedisCache(RedisCache):
    """Django's Redis cache, which uses local memory when Redis does not respond in time.

    Django creates a cache object for each thread. All threads share connections and the circuit breaker.
    """

    is_shared = True

    # Django's attributes, which its type stubs omit.
    _servers: list[str]
    _options: dict[str, Any]
    _class: Any

    # By servers and deadline.
    _clients: ClassVar[dict[tuple[tuple[str, ...], float], Any]] = {}
    _breakers: ClassVar[dict[tuple[str, ...], CircuitBreaker]] = {}

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {"retry": Retry(NoBackoff(), 0), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._class = _CachedClients
        self._key = tuple(self._servers)
        self._breaker = self._breakers.setdefault(
            self._key, CircuitBreaker(seconds=BREAKER_SECONDS, clock=time.monotonic)
        )
        self._local = LocalCache(f"beside {' '.join(self._key)}", params)

    @property
    def _cache(self) -> Any:
        seconds = _deadline.seconds
        name = (self._key, seconds)
        if name not in self._clients:
            deadlines = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
            self._clients[name] = self._class(self._servers, **{**deadlines, **self._options})
        return self._clients[name]

    def _guarded(self, shared: Callable[[], R], local: Callable[[], R]) -> R:
        if not self._breaker.allows_call():
            return local()
        try:
            result = shared()
        except (RedisError, OSError) as error:
            self._breaker.failed()
            logger.warning("Redis unavailable; using local rate limits: %s", error)
            return local()
        except Exception:
            self._breaker.succeeded()  # Redis responded: the command was invalid
            raise
        self._breaker.succeeded()
        return result

    @property
    def is_unavailable(self) -> bool:
        return self._breaker.is_open

    def delete_prefix(self, prefix: str) -> int:
        def shared() -> int:
            client = self._cache.get_client(None, write=True)
            pattern = re.sub(r"([*?\[\]\\])", r"\\\1", self.make_key(prefix)) + "*"
            deleted = 0
            found = client.scan_iter(match=pattern, count=NAMES_PER_WRITE)
            while names := list(itertools.islice(found, NAMES_PER_WRITE)):
                deleted += client.unlink(*names)
            return deleted

        self._local.delete_prefix(prefix)
        return self._guarded(shared, lambda: 0)

    def take_call(self, key: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        rejection = self.take_calls([Call(key, limit, period_seconds)], now=now)
        return None if rejection is None else rejection[1]

    def take_calls(self, calls: Sequence[Call], *, now: float) -> tuple[int, float] | None:
        """Counts in local memory and in Redis. While Redis is unavailable, each process counts alone.

        The local count is never higher than the shared one, so a local rejection is always right. Calls are
        counted locally first: they count even if Redis responds late, and during and after an outage.
        """
        rejected_locally = self._local.take_calls(calls, now=now)
        passed = calls if rejected_locally is None else calls[: rejected_locally[0]]
        if not passed:
            return rejected_locally
        rejection = self._guarded(lambda: self._take_shared(passed, now), lambda: None)
        if rejection is None:
            return rejected_locally
        for call in passed[rejection[0] :]:
            self._local.undo_call(call.key, taken_at=now)
        return rejection

    def _take_shared(self, calls: Sequence[Call], now: float) -> tuple[int, float] | None:
        names = [self.make_and_validate_key(call.key) for call in calls]
        numbers = [number for call in calls for number in (call.limit, call.period_seconds)]
        rejection = self._cache.take_calls(keys=names, args=[now, *numbers])
        return None if rejection is None else (int(rejection[0]), float(rejection[1]))

    def undo_call(self, key: str, *, taken_at: float) -> None:
        name = self.make_and_validate_key(key)
        self._local.undo_call(key, taken_at=taken_at)
        # The same text as in the script: redis-py formats a number like repr().
        self._guarded(
            lambda: self._cache.get_client(name, write=True).lrem(name, -1, repr(taken_at)), lambda: 0
        )

    def mark_known(self, key: str, *, seconds: float) -> None:
        self._local.mark_known(key, seconds=seconds)
        shared = super().set
        self._guarded(lambda: shared(key, 1, timeout=seconds), lambda: None)

    def is_known(self, key: str) -> bool:
        return self._local.is_known(key) or self.has_key(key)

    add = _guarded_method("add")
    get = _guarded_method("get")
    set = _guarded_method("set")
    touch = _guarded_method("touch")
    delete = _guarded_method("delete")
    incr = _guarded_method("incr")
    has_key = _guarded_method("has_key")
    get_many = _guarded_method("get_many")
    set_many = _guarded_method("set_many")
    delete_many = _guarded_method("delete_many")

    def clear(self) -> None:
        self._local.clear()
        shared = super().clear
        self._guarded(shared, lambda: None)
