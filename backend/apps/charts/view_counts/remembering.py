"""Reading view counts through the cache: computed once for a flood, never older than what was written.

What is remembered carries the mark that its key had before it was computed. A change sets another mark, so
what was computed from older rows is never taken for new, not even when it is put there after the change.
Changes are told to every process by rows in the database (DroppedView): caches in a process, and a Redis that
was away when it should have been told, learn of them within POLL_SECONDS. While Redis is away nothing is
remembered.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache as cache_forever
from threading import Event
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
from django.core.cache import cache
from django.db import transaction

from apps.charts.view_counts import changes
from apps.charts.view_counts.flights import Flight, Flights
from apps.charts.view_counts.keys import FAMILIES, Family
from apps.charts.view_counts.models import DroppedView
from core.cache import shared_memory
from core.metrics import CACHE_RESULTS

V = TypeVar("V")
encode = msgspec.msgpack.Encoder().encode
Key = tuple[str, str]
# To be raised when the shape of what is remembered changes.
SHAPE = 2
# How long one waits for another's computation before computing it as well.
PATIENCE_SECONDS = 5.0
# Another process's computation is looked for so often.
LOOK_SECONDS = 0.01

HITS = {family: CACHE_RESULTS.labels(family.name, "hit") for family in FAMILIES}
MISSES = {family: CACHE_RESULTS.labels(family.name, "miss") for family in FAMILIES}
_flights: Flights[Any] = Flights()


def remembered(
    family: Family,
    tracks: Sequence[Key],
    compute: Callable[[Sequence[Key]], Mapping[Key, V]],
    kind: Any = Any,
) -> dict[Key, V]:
    """Of each (isrc, service) what is remembered, else what `compute` says of those that are not.

    `compute` is asked at most once in this call, for all that nobody else is computing. `kind` is the type V,
    of what msgpack can carry: for thousands of days it takes a tenth of the time that pickle does.
    """
    changes.catch_up()
    tracks = list(dict.fromkeys(tracks))
    names = {track: family.key(*track) for track in tracks}
    found, marks = _read(names, kind)
    HITS[family].inc(len(found))
    missing = [track for track in tracks if track not in found]
    if not missing:
        return found
    MISSES[family].inc(len(missing))
    # By key and mark: who comes after a change never gets what was begun before it.
    flights = {(names[track], marks[track]): track for track in missing}
    own, others = _flights.join(flights)
    try:
        found |= _computed(family, names, marks, [flights[flight] for flight in own], compute, kind)  # type: ignore[index]
        for flight_name, flight in own.items():
            track = flights[flight_name]  # type: ignore[index]
            if track in found:
                flight.end(found[track])
    finally:
        _flights.leave(own)
    return found | _waited_for(others, flights, compute)  # type: ignore[arg-type]


def drop_views(tracks: Iterable[Key]) -> None:
    """Whoever reads after the transaction that this is in has ended reads anew; others' keys stay."""
    rows = DroppedView.objects.bulk_create(
        [DroppedView(isrc=isrc, service=service) for isrc, service in tracks], batch_size=500
    )
    transaction.on_commit(lambda: changes.apply(rows), robust=True)


def drop_all_views() -> None:
    """The same of every track, where a great many have changed."""
    rows = DroppedView.objects.bulk_create([DroppedView(prefix=f"{family.name}:") for family in FAMILIES])
    transaction.on_commit(lambda: changes.apply(rows), robust=True)


def _read(names: Mapping[Key, str], kind: Any) -> tuple[dict[Key, Any], dict[Key, object]]:
    """What is there and valid; and each key's mark."""
    families = {changes.mark_of_family(name) for name in names.values()}
    stored = cache.get_many([*names.values(), *map(changes.mark_of, names.values()), *families])
    marks: dict[Key, object] = {
        track: (stored.get(changes.mark_of_family(name)), stored.get(changes.mark_of(name)))
        for track, name in names.items()
    }
    if shared_memory().is_away:
        return {}, marks
    valid, decode = {}, _decoder(kind).decode
    for track, name in names.items():
        entry = stored.get(name)
        if isinstance(entry, tuple) and entry[:2] == (SHAPE, marks[track]):
            valid[track] = decode(entry[2])
    return valid, marks


@cache_forever
def _decoder(kind: Any) -> "msgspec.msgpack.Decoder[Any]":
    return msgspec.msgpack.Decoder(kind)


def _computed(
    family: Family,
    names: Mapping[Key, str],
    marks: Mapping[Key, object],
    tracks: list[Key],
    compute: Callable[[Sequence[Key]], Mapping[Key, V]],
    kind: Any,
) -> dict[Key, V]:
    """By this process, unless another one is at it and ends in time."""
    if not tracks:
        return {}
    token = uuid4().hex
    claimed = [track for track in tracks if _claim(names[track], token)]
    left = [track for track in tracks if track not in set(claimed)]
    values = _stored(family, names, marks, claimed, compute, kind)
    if left:
        values |= _from_other_processes(names, left, kind)
        still_left = [track for track in left if track not in values]
        values |= _stored(family, names, marks, still_left, compute, kind)
    return values


def _stored(
    family: Family,
    names: Mapping[Key, str],
    marks: Mapping[Key, object],
    tracks: list[Key],
    compute: Callable[[Sequence[Key]], Mapping[Key, V]],
    kind: Any,
) -> dict[Key, V]:
    if not tracks:
        return {}
    there: dict[Key, V] = {}
    try:
        # Somebody may have ended between the look into the cache and the claim.
        there, _ = _read({track: names[track] for track in tracks}, kind)
        left = [track for track in tracks if track not in there]
        values = dict(compute(left)) if left else {}
        if values and not shared_memory().is_away:
            entries = {names[track]: (SHAPE, marks[track], encode(value)) for track, value in values.items()}
            cache.set_many(entries, timeout=family.seconds)
    finally:
        cache.delete_many([_claim_of(names[track]) for track in tracks])
    return there | values


def _claim(name: str, token: str) -> bool:
    """Whether no other process is computing it. Without Redis there is none that could share it."""
    return (
        not changes.is_shared()
        or shared_memory().is_away
        or cache.add(_claim_of(name), token, timeout=PATIENCE_SECONDS)
    )


def _claim_of(name: str) -> str:
    return f"claim:{name}"


def _from_other_processes(names: Mapping[Key, str], tracks: list[Key], kind: Any) -> dict[Key, Any]:
    """What they put there in time."""
    until = time.monotonic() + PATIENCE_SECONDS
    pause = Event()
    found: dict[Key, Any] = {}
    while len(found) < len(tracks) and time.monotonic() < until:
        left = {track: names[track] for track in tracks if track not in found}
        found |= _read(left, kind)[0]
        claims = cache.get_many([_claim_of(name) for track, name in left.items() if track not in found])
        if not claims:
            found |= _read(left, kind)[0]
            break
        pause.wait(LOOK_SECONDS)
    return found


def _waited_for(
    others: Mapping[tuple[str, object], Flight[V]],
    flights: Mapping[tuple[str, object], Key],
    compute: Callable[[Sequence[Key]], Mapping[Key, V]],
) -> dict[Key, V]:
    """From other threads; what they failed at is computed here after all."""
    found: dict[Key, V] = {}
    failed = []
    until = time.monotonic() + PATIENCE_SECONDS
    for name, flight in others.items():
        values = flight.wait(max(0.0, until - time.monotonic()))
        if values:
            found[flights[name]] = values[0]
        else:
            failed.append(flights[name])
    return found | dict(compute(failed)) if failed else found
