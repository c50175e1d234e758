"""What our caches can: each process's own memory here, and the shared one in Redis in `core.redis_cache`.

Both count calls, exactly, which Django's caches can't do without losing some of two at once. What a process
counted or remembered itself it knows also while Redis is away, and from the first moment on.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, ClassVar, NamedTuple, Protocol

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.locmem import LocMemCache

from core.call_log import CallLog

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
        """Whether this process's own memory stands in for a shared one that didn't answer just now."""

    def forget_beginning_with(self, prefix: str) -> int:
        """Deletes all keys that begin so, and says how many."""

    def take_call(self, key: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        """Lets one more call pass and gives None, or gives the seconds until one may."""

    def take_calls(self, calls: Sequence[Call], *, now: float) -> tuple[int, float] | None:
        """Lets one more of each pass, in their order, up to the first that may not; the rest take nothing.

        Gives the place of that, and the seconds until one may; None when all have passed.
        """

    def give_back_call(self, key: str, *, taken_at: float) -> None:
        """Takes back a call that passed at that moment, as if it had never been."""

    def remember(self, key: str, *, seconds: float) -> None:
        """Makes `key` known for so long. Nothing makes it unknown before that."""

    def is_known(self, key: str) -> bool:
        """Whether it is remembered."""


class LocalCache(LocMemCache):
    """This process's own memory, which counts calls, and doesn't grow by what has expired."""

    # Django's own, which its type stubs leave out.
    _lock: Lock
    _expire_info: dict[str, float | None]
    _delete: Callable[[str], bool]

    is_shared = False
    is_away = False

    _call_logs: ClassVar[dict[str, CallLog]] = {}
    _numbers_of_sets: ClassVar[Iterator[int]] = itertools.count(1)

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, {"max_entries": MAX_LOCAL_ENTRIES, **params})
        self._calls = self._call_logs.setdefault(name, CallLog())

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

    def remember(self, key: str, *, seconds: float) -> None:
        self.set(key, 1, timeout=seconds)

    def is_known(self, key: str) -> bool:
        return key in self

    def set(self, *args: Any, **kwargs: Any) -> None:
        super().set(*args, **kwargs)
        if next(self._numbers_of_sets) % SETS_BETWEEN_SWEEPS == 0:
            self._sweep()

    def forget_beginning_with(self, prefix: str) -> int:
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


def shared_memory() -> SharedMemory:
    """The cache by what ours can besides Django's."""
    memory: SharedMemory = caches[DEFAULT_CACHE_ALIAS]  # type: ignore[assignment]
    return memory
