"""Cache keys of view counts, and what drops them: in this process and, once, in the shared cache."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from apps.counts.models import DroppedView
from core.cache import shared_memory


@dataclass(frozen=True, slots=True)
class Family:
    """Keys of one shape. `per_service`: one for each service of a track."""

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
    """Every key of a value about one of the (isrc, service), each once."""
    return list(
        dict.fromkeys(
            family.key(isrc, service) if family.per_service else family.key(isrc)
            for isrc, service in tracks
            for family in FAMILIES
        )
    )


# A process learns of what another one dropped at most so much later.
POLL_SECONDS = 1.0
# Rows may become visible later than others with higher numbers: a transaction lasts no longer than this.
OVERLAP = timedelta(seconds=60)
# Longer than any value lives, so that none outlives the mark that makes it invalid.
MARK_SECONDS = LONGEST_SECONDS + 60
WHOLE_FAMILIES = frozenset(f"{family.name}:" for family in FAMILIES)


class _Followed:
    """Which rows this process has applied."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.polled_at = float("-inf")
        self.below: int | None = None
        self.applied: set[int] = set()


_followed = _Followed()


def catch_up() -> None:
    """Applies what other processes dropped, at most every POLL_SECONDS; concurrent callers do not wait."""
    followed = _followed
    if time.monotonic() - followed.polled_at < POLL_SECONDS or not followed.lock.acquire(blocking=False):
        return
    try:
        if time.monotonic() - followed.polled_at >= POLL_SECONDS:
            _poll(followed)
    finally:
        followed.lock.release()


def catch_up_now() -> None:
    """Applies everything that was dropped until now."""
    with _followed.lock:
        _poll(_followed)


def _poll(followed: _Followed) -> None:
    settled = timezone.now() - OVERLAP
    if followed.below is None:
        followed.below = _start()
    rows = list(DroppedView.objects.filter(pk__gt=followed.below).order_by("pk"))
    apply([row for row in rows if row.pk not in followed.applied])
    followed.polled_at = time.monotonic()
    if shared_memory().is_unavailable:
        return  # it is applied again when it is back
    followed.applied = {row.pk for row in rows}
    followed.below = max([followed.below, *(row.pk for row in rows if row.dropped_at < settled)])
    followed.applied = {pk for pk in followed.applied if pk > followed.below}


def _start() -> int:
    """What a shared cache may still hold from before this process began; its own is empty."""
    age = timedelta(seconds=LONGEST_SECONDS) if is_shared() else OVERLAP
    newest = DroppedView.objects.filter(dropped_at__lt=timezone.now() - age).order_by("-pk").first()
    return newest.pk if newest else 0


def apply(rows: Iterable[DroppedView]) -> None:
    """Safe to repeat: a key that has this mark, or a later one, is left alone."""
    marks: dict[str, int] = {}
    for row in rows:
        if row.isrc:
            marks |= dict.fromkeys(keys_of([(row.isrc, row.service)]), row.pk)
            continue
        _forget_prefix(row)
        if row.prefix in WHOLE_FAMILIES:
            marks[row.prefix] = row.pk
    if not marks:
        return
    known = cache.get_many(map(mark_of, marks))
    new = {name: mark for name, mark in marks.items() if known.get(mark_of(name), 0) < mark}
    if new:
        cache.set_many({mark_of(name): mark for name, mark in new.items()}, timeout=MARK_SECONDS)
        cache.delete_many(list(new))


def _forget_prefix(row: DroppedView) -> None:
    """In a shared cache the process that wrote the row has done it already."""
    if not is_shared():
        shared_memory().delete_prefix(row.prefix)


def is_shared() -> bool:
    return shared_memory().is_shared


def mark_of(name: str) -> str:
    return f"mark:{name}"


def mark_of_family(name: str) -> str:
    """Of the family that a key belongs to."""
    return mark_of(f"{name.partition(':')[0]}:")


def drop_views(tracks: Iterable[tuple[str, str]]) -> None:
    """Readers after the end of this transaction compute the values again; other keys stay valid."""
    rows = DroppedView.objects.bulk_create(
        [DroppedView(isrc=isrc, service=service) for isrc, service in tracks], batch_size=500
    )
    transaction.on_commit(lambda: apply(rows), robust=True)


def drop_all_views() -> None:
    """The same of every track, where a great many have changed."""
    rows = DroppedView.objects.bulk_create([DroppedView(prefix=f"{family.name}:") for family in FAMILIES])
    transaction.on_commit(lambda: apply(rows), robust=True)


class UnknownPrefix(ValueError):
    """No key begins so."""

    def __init__(self, prefix: str) -> None:
        families = ", ".join(f"{family.name}:" for family in FAMILIES)
        super().__init__(f"No key begins with {prefix!r}. They begin with {families}.")


def clear_views(prefix: str = "") -> int:
    """Clears them in every process; returns how many keys left the shared cache. Raises UnknownPrefix."""
    prefixes = [_within_a_family(prefix)] if prefix else [f"{family.name}:" for family in FAMILIES]
    with transaction.atomic():
        rows = DroppedView.objects.bulk_create([DroppedView(prefix=one) for one in prefixes])
    cleared = sum(shared_memory().delete_prefix(one) for one in prefixes)
    apply(rows)
    return cleared if is_shared() else 0


def _within_a_family(prefix: str) -> str:
    if not any(prefix.startswith(f"{family.name}:") for family in FAMILIES):
        raise UnknownPrefix(prefix)
    return prefix
