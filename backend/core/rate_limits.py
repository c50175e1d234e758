"""Counting calls, in the shared cache or within one connection: never more than a limit within its period."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import cast

from django.conf import settings
from django.core.cache import cache

from core.cache import Call, SharedMemory
from core.call_log import PassedCalls
from core.errors import RateLimited
from core.limits import Limit
from core.metrics import RATE_LIMITED

Clock = Callable[[], float]


class TooManyCalls(RateLimited):
    """One call above a limit. `calls` is how many there were in this period, as far as they were counted."""

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

    No span of `period_seconds` lets more than the limit pass, and who stays below it is never refused. What
    was refused does not count, so who comes again when told to is let in, however often he tried meanwhile.
    """
    limit = scaled(max_calls)
    if limit is None:
        return
    counter = cast("SharedMemory", cache)
    name = _name(key, period_seconds)
    wait_seconds = counter.take_call(name, limit=limit, period_seconds=period_seconds, now=clock())
    if wait_seconds is not None:
        raise TooManyCalls(calls=limit + 1, retry_after_seconds=wait_seconds)


def count_against(limit: Limit, who: str) -> None:
    """Counts one call of `who` against a declared limit. Raises TooManyCalls above it."""
    count_in_order((limit, who))


def count_in_order(*counted: tuple[Limit, str]) -> None:
    """Counts one call against each of these limits, in one step. Raises TooManyCalls above the first.

    Those behind the first above which it is are not counted.
    """
    calls = []
    for limit, who in counted:
        most = scaled(limit.max_calls)
        if most is None:
            return
        name = _name(f"{limit.name} of {limit.of}:{who}", limit.period_seconds)
        calls.append(Call(name, most, limit.period_seconds))
    refused = cast("SharedMemory", cache).take_calls(calls, now=time.time())
    if refused is not None:
        place, wait_seconds = refused
        raise TooManyCalls(calls=calls[place].limit + 1, retry_after_seconds=wait_seconds)


@contextmanager
def count_failures(limit: Limit, who: str) -> Iterator[None]:
    """Counts against a limit only what raises. Raises TooManyCalls before it is tried, above the limit.

    It counts before it is tried and is given back afterwards: of many at once no more than the limit pass.
    """
    key, now = f"{limit.name} of {limit.of}:{who}", time.time()
    count_call(key, max_calls=limit.max_calls, period_seconds=limit.period_seconds, clock=lambda: now)
    yield
    cast("SharedMemory", cache).give_back_call(_name(key, limit.period_seconds), taken_at=now)


def _name(key: str, period_seconds: float) -> str:
    return f"calls:{sha256(key.encode()).hexdigest()}:{period_seconds:g}"


class LocalCalls:
    """The calls of one connection, which lives in one process. They are counted within one period."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._passed: PassedCalls | None = None
        self._tried: PassedCalls | None = None

    def count(self, *, max_calls: int, period_seconds: float) -> None:
        """Counts one call. Raises TooManyCalls above the limit, whose `calls` has the refused ones, too."""
        limit = scaled(max_calls)
        if limit is None:
            return
        now = self._clock()
        if self._passed is None or self._tried is None:
            self._passed, self._tried = PassedCalls(period_seconds), PassedCalls(period_seconds)
        self._tried.take(limit=sys.maxsize, now=now)
        wait_seconds = self._passed.take(limit=limit, now=now)
        if wait_seconds is not None:
            raise TooManyCalls(calls=self._tried.count(now), retry_after_seconds=wait_seconds)
