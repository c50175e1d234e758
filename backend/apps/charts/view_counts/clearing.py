"""Forgetting or filling, all at once, what is remembered of view counts."""

from collections.abc import Iterator, Sequence

from django.db import transaction

from apps.charts.view_counts import changes
from apps.charts.view_counts.keys import FAMILIES
from apps.charts.view_counts.models import DroppedView, ViewCount
from apps.charts.view_counts.selectors import current_counts, histories, view_data
from core.cache import shared_memory

TRACKS_AT_ONCE = 100


class UnknownPrefix(ValueError):
    """No key begins so."""

    def __init__(self, prefix: str) -> None:
        families = ", ".join(f"{family.name}:" for family in FAMILIES)
        super().__init__(f"No key begins with {prefix!r}. They begin with {families}.")


def clear_views(prefix: str = "") -> int:
    """Forgets it in every process; says how many keys left the shared memory. Raises UnknownPrefix."""
    prefixes = [_within_a_family(prefix)] if prefix else [f"{family.name}:" for family in FAMILIES]
    with transaction.atomic():
        rows = DroppedView.objects.bulk_create([DroppedView(prefix=one) for one in prefixes])
    forgotten = sum(shared_memory().forget_beginning_with(one) for one in prefixes)
    changes.apply(rows)
    return forgotten if changes.is_shared() else 0


def _within_a_family(prefix: str) -> str:
    if not any(prefix.startswith(f"{family.name}:") for family in FAMILIES):
        raise UnknownPrefix(prefix)
    return prefix


def warm_views() -> Iterator[tuple[int, int]]:
    """Reads every track's counts through the cache; says after each part how many of how many are done."""
    return warm_tracks(list(ViewCount.objects.order_by("isrc").values_list("isrc", flat=True).distinct()))


def warm_tracks(isrcs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The same of these alone."""
    for at in range(0, len(isrcs), TRACKS_AT_ONCE):
        part = isrcs[at : at + TRACKS_AT_ONCE]
        current_counts(part)
        histories(part)
        view_data(part)
        yield min(at + TRACKS_AT_ONCE, len(isrcs)), len(isrcs)
