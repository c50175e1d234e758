"""The interface of our caches, and the cache of one process. The shared cache is `core.redis_cache`.

Both count calls exactly; Django's caches lose some of several concurrent ones. Values and counts of the own
process remain available while Redis is unavailable, and without a delay.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, ClassVar, NamedTuple, Protocol

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.locmem import LocMemCache

from core.resilience import SlidingWindowLimiter

# Entries per process. With Django's default of 300, a party or a script would evict the entries of others.
MAX_LOCAL_ENTRIES = 50_000
# Django deletes an expired entry only when it is read. This cache deletes all of them after this many writes.
SETS_BETWEEN_SWEEPS = 1000


class Call(NamedTuple):
    """A call to count: its key, and the number of calls that are allowed within a period."""

    key: str
    limit: int
    period_seconds: float


class SharedMemory(Protocol):
    """The methods of our caches in addition to those of Django's."""

    # Whether other processes read the same values.
    is_shared: bool

    @property
    def is_unavailable(self) -> bool:
        """Whether Redis failed less than a second ago, so that the memory of this process replaces it."""

    def delete_prefix(self, prefix: str) -> int:
        """Deletes all keys with this prefix; returns their number."""

    def take_call(self, key: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        """Counts a call and returns None, or returns the seconds until a call is allowed."""

    def take_calls(self, calls: Sequence[Call], *, now: float) -> tuple[int, float] | None:
        """Counts the calls in order, up to the first that is not allowed; the rest are not counted.

        Returns the index of that call, and the seconds until it is allowed; None if all are allowed.
        """

    def undo_call(self, key: str, *, taken_at: float) -> None:
        """Removes a call that was counted at that time."""

    def mark_known(self, key: str, *, seconds: float) -> None:
        """Stores `key` for this time. It cannot be removed earlier."""

    def is_known(self, key: str) -> bool:
        """Whether the key is stored."""


class LocalCache(LocMemCache):
    """The memory of this process: also counts calls, and deletes expired entries."""

    # Django's attributes, which its type stubs omit.
    _lock: Lock
    _expire_info: dict[str, float | None]
    _delete: Callable[[str], bool]

    is_shared = False
    is_unavailable = False

    _call_logs: ClassVar[dict[str, SlidingWindowLimiter]] = {}
    _numbers_of_sets: ClassVar[Iterator[int]] = itertools.count(1)

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, {"max_entries": MAX_LOCAL_ENTRIES, **params})
        self._calls = self._call_logs.setdefault(name, SlidingWindowLimiter())

    def take_call(self, key: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        return self._calls.take(key, limit=limit, period_seconds=period_seconds, now=now)

    def take_calls(self, calls: Sequence[Call], *, now: float) -> tuple[int, float] | None:
        for place, call in enumerate(calls):
            wait_seconds = self.take_call(**call._asdict(), now=now)
            if wait_seconds is not None:
                return place, wait_seconds
        return None

    def undo_call(self, key: str, *, taken_at: float) -> None:
        self._calls.undo(key, taken_at=taken_at)

    def mark_known(self, key: str, *, seconds: float) -> None:
        self.set(key, 1, timeout=seconds)

    def is_known(self, key: str) -> bool:
        return key in self

    def set(self, *args: Any, **kwargs: Any) -> None:
        super().set(*args, **kwargs)
        if next(self._numbers_of_sets) % SETS_BETWEEN_SWEEPS == 0:
            self._sweep()

    def delete_prefix(self, prefix: str) -> int:
        beginning = self.make_key(prefix)
        with self._lock:
            chosen = [key for key in self._expire_info if key.startswith(beginning)]
            for key in chosen:
                self._delete(key)
        return len(chosen)

    def clear(self) -> None:
        super().clear()
        self._calls.clear()

    def _sweep(self) -> None:
        now = time.time()
        with self._lock:
            expired = [key for key, at in self._expire_info.items() if at is not None and at <= now]
            for key in expired:
                self._delete(key)


class _Cached:
    """The last result of `shared_memory`, and its settings."""

    memory: SharedMemory | None = None
    settings: object = None


def shared_memory() -> SharedMemory:
    """The default cache, one object for all threads. Django creates one for each request."""
    if _Cached.memory is None or _Cached.settings is not caches.settings:
        _Cached.settings = caches.settings
        _Cached.memory = caches[DEFAULT_CACHE_ALIAS]  # type: ignore[assignment]
    memory: SharedMemory = _Cached.memory  # type: ignore[assignment]
    return memory
