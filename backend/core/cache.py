"""The shared cache: Redis with a deadline and a breaker, each process's own memory while Redis is away."""

import logging
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
R = TypeVar("R")

# A request never waits longer than this for Redis.
REDIS_DEADLINE_SECONDS = 0.05
# After a failure Redis is left alone for so long, so that not every request waits for the deadline.
BREAKER_SECONDS = 1.0


class Breaker:
    """Remembers for a while that Redis did not answer. One for all threads of a process."""

    def __init__(self) -> None:
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def open(self) -> None:
        self._open_until = time.monotonic() + BREAKER_SECONDS


class GuardedRedisCache(RedisCache):
    """Django's Redis cache that answers from local memory when Redis does not answer in time.

    Django makes a cache object for each thread, and a server a thread for each request: connections and the
    breaker belong to the process.
    """

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
        self._breaker = self._breakers.setdefault(self._key, Breaker())
        self._local = LocMemCache("while-redis-is-away", params)

    @cached_property
    def _cache(self) -> Any:
        if self._key not in self._clients:
            self._clients[self._key] = self._class(self._servers, **self._options)
        return self._clients[self._key]

    def _guarded(self, far: Callable[[], R], near: Callable[[], R]) -> R:
        if self._breaker.is_open:
            return near()
        try:
            return far()
        except (RedisError, OSError) as error:
            self._breaker.open()
            logger.warning("Redis is away; this process counts alone meanwhile: %s", error)
            return near()

    def add(self, *args: Any, **kwargs: Any) -> bool:
        far = super().add
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.add(*args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        far = super().get
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.get(*args, **kwargs))

    def set(self, *args: Any, **kwargs: Any) -> None:
        far = super().set
        self._guarded(lambda: far(*args, **kwargs), lambda: self._local.set(*args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        far = super().touch
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.touch(*args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        far = super().delete
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.delete(*args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        far = super().incr
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.incr(*args, **kwargs))

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        far = super().has_key
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.has_key(*args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        far = super().get_many
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.get_many(*args, **kwargs))

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        far = super().set_many
        return self._guarded(lambda: far(*args, **kwargs), lambda: self._local.set_many(*args, **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        far = super().delete_many
        self._guarded(lambda: far(*args, **kwargs), lambda: self._local.delete_many(*args, **kwargs))

    def clear(self) -> None:
        far = super().clear
        self._guarded(far, self._local.clear)
