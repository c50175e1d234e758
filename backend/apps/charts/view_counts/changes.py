"""What was dropped, told to the cache of this process and, once, to the shared one."""

import time
from collections.abc import Iterable
from datetime import timedelta
from threading import Lock

from django.core.cache import cache
from django.utils import timezone

from apps.charts.view_counts.keys import FAMILIES, LONGEST_SECONDS, keys_of
from apps.charts.view_counts.models import DroppedView
from core.cache import shared_memory

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
    """Applies what other processes dropped, at most every POLL_SECONDS; whoever comes meanwhile goes on."""
    followed = _followed
    if time.monotonic() - followed.polled_at < POLL_SECONDS or not followed.lock.acquire(blocking=False):
        return
    try:
        if time.monotonic() - followed.polled_at >= POLL_SECONDS:
            _poll(followed)
            followed.polled_at = time.monotonic()
    finally:
        followed.lock.release()


def _poll(followed: _Followed) -> None:
    settled = timezone.now() - OVERLAP
    if followed.below is None:
        followed.below = _start()
    rows = list(DroppedView.objects.filter(pk__gt=followed.below).order_by("pk"))
    apply([row for row in rows if row.pk not in followed.applied])
    if shared_memory().is_away:
        return  # it is told again when it is back
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
    """In a shared cache whoever wrote the row has done it already."""
    if not is_shared():
        shared_memory().forget_beginning_with(row.prefix)


def is_shared() -> bool:
    return shared_memory().is_shared


def mark_of(name: str) -> str:
    return f"mark:{name}"


def mark_of_family(name: str) -> str:
    """Of the family that a key belongs to."""
    return mark_of(f"{name.partition(':')[0]}:")
