"""Counting calls in fixed windows of time, in the shared cache or within one connection."""

import math
import time
from collections.abc import Callable
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache

from core.errors import RateLimited

Clock = Callable[[], float]


class TooManyCalls(RateLimited):
    """One call above a limit. `calls` is how many there were in this window, this one included."""

    def __init__(self, *, calls: int, retry_after_seconds: float) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.calls = calls


def scaled(max_calls: int) -> int | None:
    """The limit as RATE_LIMIT_FACTOR scales it; None when limits are off."""
    if settings.RATE_LIMIT_FACTOR == 0:
        return None
    return max(1, math.ceil(max_calls * settings.RATE_LIMIT_FACTOR))


def count_call(key: str, *, max_calls: int, period_seconds: float, clock: Clock = time.time) -> None:
    """Counts one call under `key` in the shared cache. Raises TooManyCalls above the limit."""
    limit = scaled(max_calls)
    if limit is None:
        return
    now = clock()
    window = int(now // period_seconds)
    name = f"calls:{sha256(key.encode()).hexdigest()}:{period_seconds}:{window}"
    cache.add(name, 0, timeout=period_seconds + 1)
    try:
        calls = cache.incr(name)
    except ValueError:  # it was evicted in between: a new count begins
        cache.set(name, 1, timeout=period_seconds + 1)
        calls = 1
    if calls > limit:
        raise TooManyCalls(calls=calls, retry_after_seconds=(window + 1) * period_seconds - now)


class LocalCalls:
    """The calls of one connection, which lives in one process."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._window_began = -math.inf
        self._calls = 0

    def count(self, *, max_calls: int, period_seconds: float) -> None:
        """Counts one call. Raises TooManyCalls above the limit."""
        limit = scaled(max_calls)
        now = self._clock()
        if now - self._window_began >= period_seconds:
            self._window_began, self._calls = now, 0
        self._calls += 1
        if limit is not None and self._calls > limit:
            remaining = self._window_began + period_seconds - now
            raise TooManyCalls(calls=self._calls, retry_after_seconds=remaining)
