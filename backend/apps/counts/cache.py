"""The cache of view counts: its keys, invalidation in every process, and reads that compute a value once.

A cached value is stored with its key's mark from before the computation. A change sets a new mark, so a
value that was computed from older rows is invalid, even if it is stored after the change. Rows in the
database (CacheInvalidation) report changes to every process: a cache in a process, and a Redis that was
unavailable, are invalidated within POLL_SECONDS. While Redis is unavailable nothing is cached.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache as cache_forever
from threading import Event, Lock
from typing import Any, Generic, TypeVar
from uuid import uuid4

import msgspec
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from apps.counts.models import CacheInvalidation
from core.cache import shared_memory
from core.metrics import CACHE_RESULTS
from core.resilience import PendingResult, SingleFlight

# --- Keys --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Family:
    """Cache keys with one prefix and lifetime. `per_service`: one key for each service of a track."""

    name: str
    seconds: int
    per_service: bool

    def key(self, isrc: str, service: str = "") -> str:
        return f"{self.name}:{isrc}:{service}" if self.per_service else f"{self.name}:{isrc}"


CURRENT = Family("view_count", 3600, per_service=True)
HISTORY = Family("historical_views", 6 * 3600, per_service=True)
OF_TRACK = Family("gql_view_data", 1800, per_service=False)
FAMILIES = (CURRENT, HISTORY, OF_TRACK)
LONGEST_SECONDS = max(family.seconds for family in FAMILIES)


def keys_of(tracks: Iterable[tuple[str, str]]) -> list[str]:
    """All keys whose values depend on these (isrc, service) pairs, without duplicates."""
    return list(
        dict.fromkeys(
            family.key(isrc, service) if family.per_service else family.key(isrc)
            for isrc, service in tracks
            for family in FAMILIES
        )
    )


# --- Invalidation ------------------------------------------------------------------------------------


# The maximum delay until a process applies an invalidation that another one wrote.
POLL_SECONDS = 1.0
# Rows may become visible later than others with higher numbers: a transaction lasts no longer than this.
OVERLAP = timedelta(seconds=60)
# Longer than any value's lifetime, so that no value outlives the mark that invalidates it.
MARK_SECONDS = LONGEST_SECONDS + 60
WHOLE_FAMILIES = frozenset(f"{family.name}:" for family in FAMILIES)


class _AppliedInvalidations:
    """The invalidations that this process has applied."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.polled_at = float("-inf")
        self.below: int | None = None
        self.applied: set[int] = set()


_applied = _AppliedInvalidations()


def catch_up() -> None:
    """Applies other processes' invalidations, at most every POLL_SECONDS; concurrent callers do not wait."""
    followed = _applied
    if time.monotonic() - followed.polled_at < POLL_SECONDS or not followed.lock.acquire(blocking=False):
        return
    try:
        if time.monotonic() - followed.polled_at >= POLL_SECONDS:
            _poll(followed)
    finally:
        followed.lock.release()


def catch_up_now() -> None:
    """Applies all invalidations now."""
    with _applied.lock:
        _poll(_applied)


def _poll(followed: _AppliedInvalidations) -> None:
    settled = timezone.now() - OVERLAP
    if followed.below is None:
        followed.below = _start()
    rows = list(CacheInvalidation.objects.filter(pk__gt=followed.below).order_by("pk"))
    apply([row for row in rows if row.pk not in followed.applied])
    followed.polled_at = time.monotonic()
    if shared_memory().is_unavailable:
        return  # they are applied again when Redis is available
    followed.applied = {row.pk for row in rows}
    followed.below = max([followed.below, *(row.pk for row in rows if row.dropped_at < settled)])
    followed.applied = {pk for pk in followed.applied if pk > followed.below}


def _start() -> int:
    """The first row to apply: a shared cache may contain values from before this process started."""
    age = timedelta(seconds=LONGEST_SECONDS) if is_shared() else OVERLAP
    newest = CacheInvalidation.objects.filter(dropped_at__lt=timezone.now() - age).order_by("-pk").first()
    return newest.pk if newest else 0


def apply(rows: Iterable[CacheInvalidation]) -> None:
    """Marks the keys of these rows as changed. Safe to repeat: a later mark is never replaced."""
    marks: dict[str, int] = {}
    for row in rows:
        if row.isrc:
            marks |= dict.fromkeys(keys_of([(row.isrc, row.service)]), row.pk)
            continue
        _delete_prefix(row)
        if row.prefix in WHOLE_FAMILIES:
            marks[row.prefix] = row.pk
    if not marks:
        return
    known = cache.get_many(map(mark_of, marks))
    new = {name: mark for name, mark in marks.items() if known.get(mark_of(name), 0) < mark}
    if new:
        cache.set_many({mark_of(name): mark for name, mark in new.items()}, timeout=MARK_SECONDS)
        cache.delete_many(list(new))


def _delete_prefix(row: CacheInvalidation) -> None:
    """Deletes the keys with this prefix. In a shared cache, the process that wrote the row has done so."""
    if not is_shared():
        shared_memory().delete_prefix(row.prefix)


def is_shared() -> bool:
    return shared_memory().is_shared


def mark_of(name: str) -> str:
    return f"mark:{name}"


def mark_of_family(name: str) -> str:
    """The mark of the family to which a key belongs."""
    return mark_of(f"{name.partition(':')[0]}:")


def invalidate_views(tracks: Iterable[tuple[str, str]]) -> None:
    """After this transaction, readers compute the values of these (isrc, service) pairs again."""
    rows = CacheInvalidation.objects.bulk_create(
        [CacheInvalidation(isrc=isrc, service=service) for isrc, service in tracks], batch_size=500
    )
    transaction.on_commit(lambda: apply(rows), robust=True)


def invalidate_all_views() -> None:
    """Invalidates all keys, after a change of very many tracks."""
    rows = CacheInvalidation.objects.bulk_create(
        [CacheInvalidation(prefix=f"{family.name}:") for family in FAMILIES]
    )
    transaction.on_commit(lambda: apply(rows), robust=True)


class UnknownPrefix(ValueError):
    """No key has this prefix."""

    def __init__(self, prefix: str) -> None:
        families = ", ".join(f"{family.name}:" for family in FAMILIES)
        super().__init__(f"No key begins with {prefix!r}. The prefixes are {families}.")


def clear_views(prefix: str = "") -> int:
    """Clears the cache in every process; returns the number of keys deleted from a shared cache.

    Raises UnknownPrefix.
    """
    prefixes = [_within_a_family(prefix)] if prefix else [f"{family.name}:" for family in FAMILIES]
    with transaction.atomic():
        rows = CacheInvalidation.objects.bulk_create([CacheInvalidation(prefix=one) for one in prefixes])
    cleared = sum(shared_memory().delete_prefix(one) for one in prefixes)
    apply(rows)
    return cleared if is_shared() else 0


def _within_a_family(prefix: str) -> str:
    if not any(prefix.startswith(f"{family.name}:") for family in FAMILIES):
        raise UnknownPrefix(prefix)
    return prefix


# --- Reads -------------------------------------------------------------------------------------------


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
    """Values by (isrc, service): cached ones, and results of `compute` for the others.

    `compute` is called at most once, for all keys that no other reader is computing. `kind` is the type V,
    which msgpack must support; for thousands of days, msgpack takes a tenth of the time of pickle.
    """
    catch_up()
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
        """The valid cached values, and each key's mark."""
        names = {track: self._names[track] for track in tracks}
        families = {mark_of_family(name) for name in names.values()}
        stored = cache.get_many([*names.values(), *map(mark_of, names.values()), *families])
        marks: dict[Key, object] = {
            track: (
                stored.get(mark_of_family(name)),
                stored.get(mark_of(name)),
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
        """Values computed here, or by other processes that are already computing them and finish in time."""
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
            not is_shared()
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
        """The values of other threads; values that are not there in time are computed here."""
        until = time.monotonic() + PATIENCE_SECONDS
        ended = {track: flight.wait(max(0.0, until - time.monotonic())) for track, flight in others.items()}
        failed = [track for track, values in ended.items() if not values]
        found = {track: values[0] for track, values in ended.items() if values}
        return found | dict(self._compute(failed)) if failed else found
