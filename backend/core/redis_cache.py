"""The shared cache: Redis with a deadline and a breaker, each process's own memory while Redis is away."""

import itertools
import logging
import re
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.breaker import Breaker
from core.cache import LocalCache

logger = logging.getLogger(__name__)
R = TypeVar("R")

# A request never waits longer than this for Redis.
REDIS_DEADLINE_SECONDS = 0.05
# After a failure Redis is left alone for so long, so that not every request waits for the deadline.
BREAKER_SECONDS = 1.0
# Keys that one command to Redis looks at or deletes.
NAMES_AT_ONCE = 500

# CallLog.take on a list in Redis, in one step whoever else calls; the numbers keep all their digits as text.
TAKE_CALL = """
local now, period, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= now - period do
    redis.call('LPOP', KEYS[1])
    oldest = redis.call('LINDEX', KEYS[1], 0)
end
if redis.call('LLEN', KEYS[1]) >= limit then
    return string.format('%.17g', tonumber(redis.call('LINDEX', KEYS[1], -limit)) + period - now)
end
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil(period * 1000))
return false
"""


def _guarded_method(name: str) -> Any:
    """A method of Django's caches, which asks Redis, or local memory while Redis is away."""
    far = getattr(RedisCache, name)

    def method(self: "GuardedRedisCache", *args: Any, **kwargs: Any) -> Any:
        near = getattr(self._local, name)
        return self._guarded(lambda: far(self, *args, **kwargs), lambda: near(*args, **kwargs))

    return method


class GuardedRedisCache(RedisCache):
    """Django's Redis cache that answers from local memory when Redis does not answer in time.

    Django makes a cache object for each thread: connections and the breaker belong to the process.
    """

    is_shared = True

    # Django's own, which its type stubs leave out.
    _servers: list[str]
    _options: dict[str, Any]
    _class: Any

    _clients: ClassVar[dict[tuple[str, ...], Any]] = {}
    _breakers: ClassVar[dict[tuple[str, ...], Breaker]] = {}

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": REDIS_DEADLINE_SECONDS,
            "socket_connect_timeout": REDIS_DEADLINE_SECONDS,
            "retry": Retry(NoBackoff(), 0),
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": options})
        self._key = tuple(self._servers)
        self._breaker = self._breakers.setdefault(
            self._key, Breaker(seconds=BREAKER_SECONDS, clock=time.monotonic)
        )
        self._local = LocalCache(f"beside {' '.join(self._key)}", params)

    @cached_property
    def _cache(self) -> Any:
        if self._key not in self._clients:
            self._clients[self._key] = self._class(self._servers, **self._options)
        return self._clients[self._key]

    def _guarded(self, far: Callable[[], R], near: Callable[[], R]) -> R:
        if not self._breaker.lets_pass():
            return near()
        try:
            result = far()
        except (RedisError, OSError) as error:
            self._breaker.failed()
            logger.warning("Redis unavailable; using local rate limits: %s", error)
            return near()
        except Exception:
            self._breaker.succeeded()  # Redis answered: what is wrong is what it was asked
            raise
        self._breaker.succeeded()
        return result

    @property
    def is_away(self) -> bool:
        return self._breaker.is_open

    def forget_beginning_with(self, prefix: str) -> int:
        def far() -> int:
            client = self._cache.get_client(None, write=True)
            pattern = re.sub(r"([*?\[\]\\])", r"\\\1", self.make_key(prefix)) + "*"
            deleted = 0
            found = client.scan_iter(match=pattern, count=NAMES_AT_ONCE)
            while names := list(itertools.islice(found, NAMES_AT_ONCE)):
                deleted += client.unlink(*names)
            return deleted

        self._local.forget_beginning_with(prefix)
        return self._guarded(far, lambda: 0)

    def take_call(self, key: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        """Counts here and in Redis. While that is away, each process counts alone.

        What passed here is never more than what passed everywhere, so a refusal here holds for all. A call
        is counted here first, and so counts however late Redis answers, and also after Redis was away.
        """
        name = self.make_and_validate_key(key)

        def far() -> float | None:
            client = self._cache.get_client(name, write=True)
            wait_seconds = client.register_script(TAKE_CALL)(keys=[name], args=[now, period_seconds, limit])
            return None if wait_seconds is None else float(wait_seconds)

        wait_seconds = self._local.take_call(key, limit=limit, period_seconds=period_seconds, now=now)
        if wait_seconds is not None:
            return wait_seconds
        wait_seconds = self._guarded(far, lambda: None)
        if wait_seconds is not None:
            self._local.give_back_call(key, taken_at=now)
        return wait_seconds

    def give_back_call(self, key: str, *, taken_at: float) -> None:
        name = self.make_and_validate_key(key)
        self._local.give_back_call(key, taken_at=taken_at)
        # As the script above was given it: redis-py writes a number as repr() does.
        self._guarded(
            lambda: self._cache.get_client(name, write=True).lrem(name, -1, repr(taken_at)), lambda: 0
        )

    def remember(self, key: str, *, seconds: float) -> None:
        self._local.remember(key, seconds=seconds)
        far = super().set
        self._guarded(lambda: far(key, 1, timeout=seconds), lambda: None)

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
        far = super().clear
        self._guarded(far, lambda: None)
