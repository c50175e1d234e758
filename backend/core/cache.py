"""The interface of our caches, and the one in this process's memory. `core.redis_cache` has the shared one.

Both count calls, exactly, which Django's caches can't do without losing some of two at once. What a process
counted or cached itself is available while Redis is down, and immediately.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, ClassVar, NamedTuple, Protocol

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.locmem import LocMemCache

from core.resilience import SlidingWindowLimiter

# Room for what is known of callers. Django's own 300 are less than a party, and a script may push others out.
MAX_LOCAL_ENTRIES = 50_000
# Django drops what has expired only when it is asked for; here it goes once in so many entries that are set.
SETS_BETWEEN_SWEEPS = 1000


class Call(NamedTuple):
    """One that is counted: under which key, and how many pass within which period."""

    key: str
    limit: int
    period_seconds: float


class SharedMemory(Protocol):
    """What our caches can besides what Django's can."""

    # Whether other processes see what is put here.
    is_shared: bool

    @property
    def is_away(self) -> bool:
        """Whether this process's own memory replaces a shared one that did not respond just now."""

    def delete_prefix(self, prefix: str) -> int:
        """Deletes all keys that begin so, and says how many."""

    def take_call(self, key: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        """Lets one more call pass and gives None, or gives the seconds until one may."""

    def take_calls(self, calls: Sequence[Call], *, now: float) -> tuple[int, float] | None:
        """Lets one more of each pass, in their order, up to the first that may not; the rest take nothing.

        Gives the place of that, and the seconds until one may; None when all have passed.
        """

    def give_back_call(self, key: str, *, taken_at: float) -> None:
        """Takes back a call that passed at that moment, as if it had never been."""

    def mark_known(self, key: str, *, seconds: float) -> None:
        """Makes `key` known for so long. Nothing makes it unknown before that."""

    def is_known(self, key: str) -> bool:
        """Whether it is cached."""


class LocalCache(LocMemCache):
    """This process's own memory, which counts calls, and doesn't grow by what has expired."""

    # Django's own, which its type stubs leave out.
    _lock: Lock
    _expire_info: dict[str, float | None]
    _delete: Callable[[str], bool]

    is_shared = False
    is_away = False

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

    def give_back_call(self, key: str, *, taken_at: float) -> None:
        self._calls.give_back(key, taken_at=taken_at)

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
    """What `shared_memory` returned last, and the settings that it was made of."""

    memory: SharedMemory | None = None
    settings: object = None


def shared_memory() -> SharedMemory:
    """The cache by what ours can besides Django's: one for all threads. Django makes one for each request."""
    if _Cached.memory is None or _Cached.settings is not caches.settings:
        _Cached.settings = caches.settings
        _Cached.memory = caches[DEFAULT_CACHE_ALIAS]  # type: ignore[assignment]
    memory: SharedMemory = _Cached.memory  # type: ignore[assignment]
    return memory
