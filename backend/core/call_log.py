"""When calls passed, by name, exactly: no span of a period's length lets more pass than the limit.

Pure: knows no settings and no Django, and is told what time it is.
"""

import threading
from bisect import bisect_right

# Names that nobody calls any more are looked for once in so many calls.
CALLS_BETWEEN_SWEEPS = 1000


class PassedCalls:
    """The moments of one name's calls within a period, the oldest first."""

    __slots__ = ("_moments", "_period_seconds")

    def __init__(self, period_seconds: float) -> None:
        self._period_seconds = period_seconds
        self._moments: list[float] = []

    def take(self, *, limit: int, now: float) -> float | None:
        """Lets one more pass and gives None, or gives the seconds until one may; the refused take nothing."""
        over = self._over(now)
        if len(self._moments) - over >= limit:
            return self._moments[-limit] + self._period_seconds - now
        if over > len(self._moments) // 2:  # seldom, so that each call costs the same however many there are
            del self._moments[:over]
        self._moments.append(now)
        return None

    def give_back(self, taken_at: float) -> None:
        """Takes back one that was let pass at that moment."""
        for index in range(len(self._moments) - 1, -1, -1):  # it is among the last
            if self._moments[index] == taken_at:
                del self._moments[index]
                return

    def count(self, now: float) -> int:
        return len(self._moments) - self._over(now)

    def _over(self, now: float) -> int:
        """How many are as old as a period, or older."""
        return bisect_right(self._moments, now - self._period_seconds)


class CallLog:
    """The calls of everybody, in one process. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed: dict[str, PassedCalls] = {}
        self._calls_until_sweep = CALLS_BETWEEN_SWEEPS

    def take(self, name: str, *, limit: int, period_seconds: float, now: float) -> float | None:
        """Lets one more pass and gives None, or gives the seconds until one may. A name has one period."""
        with self._lock:
            self._sweep_sometimes(now)
            passed = self._passed.get(name)
            if passed is None:
                passed = self._passed[name] = PassedCalls(period_seconds)
            return passed.take(limit=limit, now=now)

    def give_back(self, name: str, *, taken_at: float) -> None:
        """As if that call, which was let pass, had never been."""
        with self._lock:
            if passed := self._passed.get(name):
                passed.give_back(taken_at)

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
