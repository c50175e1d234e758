"""Until when a service wants to be left alone: told to one process, known to all."""

import math

from django.core.cache import cache

from core.providers.times import Clock


class Rest:
    """Kept in the shared cache, so that no other process has to be told by the service, too."""

    def __init__(self, provider: str, *, clock: Clock) -> None:
        """`clock` counts seconds from 1970: other processes read what it says."""
        self._key = f"provider:{provider}:rests-until"
        self._clock = clock

    def seconds_left(self) -> float:
        rests_until: float | None = cache.get(self._key)
        return 0.0 if rests_until is None else max(0.0, rests_until - self._clock())

    def take(self, seconds: float) -> None:
        if seconds > self.seconds_left():
            # The cache forgets it in time; what counts is the moment, as the clock has it.
            cache.set(self._key, self._clock() + seconds, timeout=math.ceil(seconds))
