"""Reading view counts through the cache: computed once for concurrent readers, never older than the rows.

A cached value is stored with its key's mark from before the computation. A change sets a new mark, so a
value that was computed from older rows is invalid, even if it is stored after the change. Rows in the
database (DroppedView) report changes to every process: a cache in a process, and a Redis that was
unavailable, are invalidated within POLL_SECONDS. While Redis is unavailable nothing is cached.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache as cache_forever
from threading import Event
from typing import Any, Generic, TypeVar
from uuid import uuid4

import msgspec
from django.core.cache import cache

from apps.counts import cache_invalidation
from apps.counts.cache_invalidation import FAMILIES, Family
from core.cache import shared_memory
from core.metrics import CACHE_RESULTS
from core.resilience import PendingResult, SingleFlight

V = TypeVar("V")
encode = msgspec.msgpack.Encoder().encode
Key = tuple[str, str]
Compute = Callable[[Sequence[Key]], Mapping[Key, V]]
# Increment it when the format of cached values changes.
SHAPE = 2
# How long a reader waits for another's computation before it computes the value as well.
PATIENCE_SECONDS = 5.0
# The interval of polling for the value of another process.
LOOK_SECONDS = 0.01

HITS = {family: CACHE_RESULTS.labels(family.name, "hit") for family in FAMILIES}
MISSES = {family: CACHE_RESULTS.labels(family.name, "miss") for family in FAMILIES}
_flights: SingleFlight[Any] = SingleFlight()


def cached_values(
    family: Family, tracks: Sequence[Key], compute: Compute[V], kind: Any = Any
) -> dict[Key, V]:
    """Values by (isrc, service): the cached ones, and what `compute` returns for the others.

    `compute` is called at most once for all keys that no other reader is computing. `kind` is the type V. It
    must be one that msgpack supports: for thousands of days it takes a tenth of the time that pickle does.
    """
    cache_invalidation.catch_up()
    return _Lookup(family, tracks, compute, kind).values()


@cache_forever
def _decoder(kind: Any) -> "msgspec.msgpack.Decoder[Any]":
    return msgspec.msgpack.Decoder(kind)


class _Lookup(Generic[V]):
    """One call of `cached_values`. A value is stored with the mark that its key had when the call began."""

    def __init__(self, family: Family, tracks: Sequence[Key], compute: Compute[V], kind: Any) -> None:
        self._family, self._compute, self._decode = family, compute, _decoder(kind).decode
        self._names = {track: family.key(*track) for track in tracks}
        self._cached, self._marks = self._read_with_marks(self._names)

    def values(self) -> dict[Key, V]:
        missing = [track for track in self._names if track not in self._cached]
        HITS[self._family].inc(len(self._cached))
        MISSES[self._family].inc(len(missing))
        if not missing:
            return self._cached
        # By key and mark: a reader after a change never shares a computation that began before it.
        flights: dict[Hashable, Key] = {(self._names[track], self._marks[track]): track for track in missing}
        own, others = _flights.join(flights)
        try:
            computed = self._computed([flights[name] for name in own])
            for name, flight in own.items():
                if flights[name] in computed:
                    flight.end(computed[flights[name]])
        finally:
            _flights.leave(own)
        waited_for = self._waited_for({flights[name]: flight for name, flight in others.items()})
        return self._cached | computed | waited_for

    def _read(self, tracks: Iterable[Key]) -> dict[Key, V]:
        return self._read_with_marks(tracks)[0]

    def _read_with_marks(self, tracks: Iterable[Key]) -> tuple[dict[Key, V], dict[Key, object]]:
        """The cached values that are valid; and each key's mark."""
        names = {track: self._names[track] for track in tracks}
        families = {cache_invalidation.mark_of_family(name) for name in names.values()}
        stored = cache.get_many(
            [*names.values(), *map(cache_invalidation.mark_of, names.values()), *families]
        )
        marks: dict[Key, object] = {
            track: (
                stored.get(cache_invalidation.mark_of_family(name)),
                stored.get(cache_invalidation.mark_of(name)),
            )
            for track, name in names.items()
        }
        if shared_memory().is_unavailable:
            return {}, marks
        valid = {}
        for track, name in names.items():
            entry = stored.get(name)
            if isinstance(entry, tuple) and entry[:2] == (SHAPE, marks[track]):
                valid[track] = self._decode(entry[2])
        return valid, marks

    def _computed(self, tracks: list[Key]) -> dict[Key, V]:
        """Values from this process, or from others that are already computing them and finish in time."""
        token = uuid4().hex
        claimed = {track for track in tracks if self._claim(track, token)}
        values = self._stored([track for track in tracks if track in claimed])
        left = [track for track in tracks if track not in claimed]
        values |= self._from_other_processes(left)
        return values | self._stored([track for track in left if track not in values])

    def _stored(self, tracks: list[Key]) -> dict[Key, V]:
        """Computes and stores the values, and releases their claims."""
        if not tracks:
            return {}
        try:
            # Another process may have stored values between the read of the cache and the claim.
            cached = self._read(tracks)
            left = [track for track in tracks if track not in cached]
            values = dict(self._compute(left)) if left else {}
            if values and not shared_memory().is_unavailable:
                entries = {
                    self._names[track]: (SHAPE, self._marks[track], encode(value))
                    for track, value in values.items()
                }
                cache.set_many(entries, timeout=self._family.seconds)
        finally:
            cache.delete_many([self._claim_of(track) for track in tracks])
        return cached | values

    def _claim(self, track: Key, token: str) -> bool:
        """Whether no other process is computing the value. Without Redis, no process could share it."""
        return (
            not cache_invalidation.is_shared()
            or shared_memory().is_unavailable
            or cache.add(self._claim_of(track), token, timeout=PATIENCE_SECONDS)
        )

    def _claim_of(self, track: Key) -> str:
        return f"claim:{self._names[track]}"

    def _from_other_processes(self, tracks: list[Key]) -> dict[Key, V]:
        """The values that other processes store in time."""
        until = time.monotonic() + PATIENCE_SECONDS
        pause = Event()
        found: dict[Key, V] = {}
        while (left := [track for track in tracks if track not in found]) and time.monotonic() < until:
            claims = cache.get_many([self._claim_of(track) for track in left])
            found |= self._read(left)
            if not claims:
                break
            pause.wait(LOOK_SECONDS)
        return found

    def _waited_for(self, others: Mapping[Key, PendingResult[V]]) -> dict[Key, V]:
        """The values from other threads; those that are missing in the end are computed here."""
        until = time.monotonic() + PATIENCE_SECONDS
        ended = {track: flight.wait(max(0.0, until - time.monotonic())) for track, flight in others.items()}
        failed = [track for track, values in ended.items() if not values]
        found = {track: values[0] for track, values in ended.items() if values}
        return found | dict(self._compute(failed)) if failed else found
