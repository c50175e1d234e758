"""A breaker: what keeps failing is left alone for a while, then tried by one before all come back."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """For all threads of a process.

    Closed: everybody passes. After `failures` in a row it is open, and nobody does. `seconds` later it is
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
        """Whether whoever asks now is turned away. Takes nobody's turn."""
        next_trial_at = self._next_trial_at
        return next_trial_at is not None and self._clock() < next_trial_at

    def lets_pass(self) -> bool:
        """Whoever passes says afterwards whether it `succeeded` or `failed`."""
        if self._next_trial_at is None:  # without the lock, for that is how it nearly always is
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
