"""Counting calls in windows of time, in the shared cache or within one connection."""

import math
import time
from collections.abc import Callable
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache

from core.errors import RateLimited
from core.limits import Limit
from core.metrics import RATE_LIMITED

Clock = Callable[[], float]


class TooManyCalls(RateLimited):
    """One call above a limit. `calls` is how many there were in this window, this one included."""

    def __init__(self, *, calls: int, retry_after_seconds: float) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.calls = calls
        RATE_LIMITED.inc()


def scaled(max_calls: int) -> int | None:
    """The limit as RATE_LIMIT_FACTOR scales it; None when limits are off."""
    if settings.RATE_LIMIT_FACTOR == 0:
        return None
    return max(1, math.ceil(max_calls * settings.RATE_LIMIT_FACTOR))


def count_call(key: str, *, max_calls: int, period_seconds: float, clock: Clock = time.time) -> None:
    """Counts one call under `key` in the shared cache. Raises TooManyCalls above the limit.

    Two fixed windows stand for a sliding one: of the window before, the part that lies within the last
    `period_seconds` counts, as if its calls had come evenly. So no span of that length gets much more than
    the limit, and none gets twice as much, as it could at the seam of two windows that know nothing of each
    other.
    """
    limit = scaled(max_calls)
    if limit is None:
        return
    now = clock()
    window, elapsed = divmod(now, period_seconds)
    calls = _counted(_window_name(key, period_seconds, window), timeout=2 * period_seconds)
    before = min(limit, cache.get(_window_name(key, period_seconds, window - 1), 0))
    if calls + before * (1 - elapsed / period_seconds) <= limit:
        return
    if calls > limit:  # nothing until the next window has made room for one
        wait_seconds = period_seconds - elapsed + period_seconds / limit
    else:
        wait_seconds = (1 - (limit - calls) / before) * period_seconds - elapsed
    raise TooManyCalls(calls=calls, retry_after_seconds=min(wait_seconds, period_seconds))


def _window_name(key: str, period_seconds: float, window: float) -> str:
    return f"calls:{sha256(key.encode()).hexdigest()}:{period_seconds:g}:{window:.0f}"


def _counted(name: str, *, timeout: float) -> int:
    """One call more, and how many that makes."""
    cache.add(name, 0, timeout=timeout)
    try:
        return int(cache.incr(name))
    except ValueError:  # it was evicted in between: a new count begins
        cache.set(name, 1, timeout=timeout)
        return 1


def count_against(limit: Limit, who: str) -> None:
    """Counts one call of `who` against a declared limit. Raises TooManyCalls above it."""
    key = f"{limit.name} of {limit.of}:{who}"
    count_call(key, max_calls=limit.max_calls, period_seconds=limit.period_seconds)


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
