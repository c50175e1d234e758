"""Protection against failures and load: a circuit breaker, exact sliding windows, single flight. Pure."""

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from threading import Event, Lock
from typing import Generic, TypeVar

# --- Circuit breaker ---------------------------------------------------------------------------------


class CircuitBreaker:
    """For all threads of a process.

    Closed: every call passes. After `failures` in a row it is open, and no call does. `seconds` later it is
    half open: one passes, and what becomes of that decides for all. When nothing is heard of that one for as
    long, another may try.
    """

    def __init__(
        self, *, seconds: float, failures: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._failures_until_open = failures
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        # When the next may try; None while it is closed.
        self._next_trial_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether a call would be rejected now. Does not use up the trial call."""
        next_trial_at = self._next_trial_at
        return next_trial_at is not None and self._clock() < next_trial_at

    def allows_call(self) -> bool:
        """A caller that passes reports afterwards whether it `succeeded` or `failed`."""
        if self._next_trial_at is None:  # without the lock, because this is the usual case
            return True
        with self._lock:
            if self.is_open:
                return False
            if self._next_trial_at is not None:
                self._next_trial_at = self._clock() + self._seconds
            return True

    def succeeded(self) -> None:
        if self._failures == 0:
            return
        with self._lock:
            self._failures = 0
            self._next_trial_at = None

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._failures_until_open:
                self._next_trial_at = self._clock() + self._seconds


# --- Sliding windows ---------------------------------------------------------------------------------


# Names without recent calls are removed after this many calls.
CALLS_BETWEEN_SWEEPS = 1000


class SlidingWindow:
    """The times of the calls of one name within a period, oldest first."""

    __slots__ = ("_moments", "_period_seconds")

    def __init__(self, period_seconds: float) -> None:
        self._period_seconds = period_seconds
        self._moments: list[float] = []

    def take(self, *, limit: int, now: float) -> float | None:
        """Counts a call and returns None, or returns the seconds until one is allowed and counts nothing."""
        over = self._over(now)
        if len(self._moments) - over >= limit:
            return self._moments[-limit] + self._period_seconds - now
        if (
            over > len(self._moments) // 2
        ):  # rarely, so that the cost of a call does not depend on their number
            del self._moments[:over]
        self._moments.append(now)
        return None

    def undo(self, taken_at: float) -> None:
        """Removes the call that was counted at that time."""
        for index in range(len(self._moments) - 1, -1, -1):  # it is one of the last
            if self._moments[index] == taken_at:
                del self._moments[index]
                return

    def count(self, now: float) -> int:
        return len(self._moments) - self._over(now)

    def _over(self, now: float) -> int:
        """The number of calls that are as old as the period, or older."""
        return bisect_right(self._moments, now - self._period_seconds)


class SlidingWindowLimiter:
    """Sliding windows of all names in one process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed: dict[str, SlidingWindow] = {}
        self._calls_until_sweep = CALLS_BETWEEN_SWEEPS

    def take(self, name: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        """Counts a call and returns None, or returns the seconds until one is allowed."""
        with self._lock:
            self._sweep_sometimes(now)
            passed = self._passed.get(name)
            if passed is None:
                passed = self._passed[name] = SlidingWindow(period_seconds)
            return passed.take(limit=limit, now=now)

    def undo(self, name: str, *, taken_at: float) -> None:
        """Removes the call that was counted at that time."""
        with self._lock:
            if passed := self._passed.get(name):
                passed.undo(taken_at)

    def clear(self) -> None:
        with self._lock:
            self._passed.clear()

    def __len__(self) -> int:
        return len(self._passed)

    def _sweep_sometimes(self, now: float) -> None:
        self._calls_until_sweep -= 1
        if self._calls_until_sweep > 0:
            return
        for name in [name for name, passed in self._passed.items() if passed.count(now) == 0]:
            del self._passed[name]
        self._calls_until_sweep = max(CALLS_BETWEEN_SWEEPS, len(self._passed))


# --- Single flight -----------------------------------------------------------------------------------


V = TypeVar("V")


class PendingResult(Generic[V]):
    """The result of a computation in one thread that other threads wait for."""

    def __init__(self) -> None:
        self._ended = Event()
        # The result, which may be None; empty until then.
        self._values: tuple[V, ...] = ()

    def end(self, value: V) -> None:
        self._values = (value,)
        self._ended.set()

    def fail(self) -> None:
        self._ended.set()

    def wait(self, seconds: float) -> tuple[V, ...]:
        """A tuple of the value; empty if there is none in time."""
        self._ended.wait(seconds)
        return self._values


class SingleFlight(Generic[V]):
    """Joins concurrent computations of the same value in one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: dict[Hashable, PendingResult[V]] = {}

    def join(
        self, names: Iterable[Hashable]
    ) -> tuple[dict[Hashable, PendingResult[V]], dict[Hashable, PendingResult[V]]]:
        """The values that the caller must compute and then `leave`, and those that other threads compute."""
        own, others = {}, {}
        with self._lock:
            for name in names:
                if name in self._under_way:
                    others[name] = self._under_way[name]
                else:
                    own[name] = self._under_way[name] = PendingResult()
        return own, others

    def once(self, name: Hashable, make: Callable[[], V], *, seconds: float) -> V:
        """The value of another thread, if it is ready within `seconds`; otherwise that of `make`."""
        own, others = self.join([name])
        if others and (ended := others[name].wait(seconds)):
            return ended[0]
        try:
            value = make()
            for flight in own.values():
                flight.end(value)
            return value
        finally:
            self.leave(own)

    def leave(self, own: dict[Hashable, PendingResult[V]]) -> None:
        """Ends the caller's computations; those without a value have failed."""
        with self._lock:
            for name in own:
                self._under_way.pop(name, None)
        for flight in own.values():
            flight.fail()
