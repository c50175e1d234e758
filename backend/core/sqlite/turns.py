"""A lock that is handed on in the order in which it was asked for."""

import threading
from collections import deque


class Turns:
    """Who asks first is first. A thread that gets the lock need not be the one that gives it back."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        # Each is released when its owner's turn has come.
        self._waiting: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Waits for its turn, at most so long; False when it did not come."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            own = threading.Lock()
            own.acquire()
            self._waiting.append(own)
        if own.acquire(timeout=seconds):
            return True
        with self._guard:
            if own in self._waiting:
                self._waiting.remove(own)
                return False
        return True  # it came at the last moment

    def give_back(self) -> None:
        """Hands the lock to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
