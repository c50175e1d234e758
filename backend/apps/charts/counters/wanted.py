"""Whose plays are to be counted, and of which days."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from apps.charts.counting import Counting
from apps.charts.models import Edition, EditionEntry
from apps.charts.transforming import GOOD_FOR


@dataclass(slots=True)
class Wanted:
    """Tracks by day, those that rank best first; and the editions that this is for."""

    by_day: dict[date, list[str]] = field(default_factory=dict)
    # By edition, its tracks.
    editions: dict[int, list[str]] = field(default_factory=dict)


def wanted(counting: Counting) -> Wanted:
    """Today's of the newest charts, and those of editions whose tracks nobody has counted yet."""
    open_ones = list(Edition.objects.filter(is_to_count=True, genre__in=counting.scope.genres))
    today = [] if counting.supply.is_sample else _newest(counting)
    entries = EditionEntry.objects.filter(edition__in=[*open_ones, *today]).order_by("rank", "edition")
    isrcs: defaultdict[int, list[str]] = defaultdict(list)
    for edition, isrc in entries.values_list("edition", "track__isrc"):
        isrcs[edition].append(isrc)
    by_day: defaultdict[date, dict[str, None]] = defaultdict(dict)
    for one, day in [
        *((one, one.issued_on) for one in open_ones),
        *((one, counting.now.date()) for one in today),
    ]:
        by_day[day] |= dict.fromkeys(isrcs[one.pk])
    return Wanted(
        {day: list(found) for day, found in by_day.items()},
        {one.pk: isrcs[one.pk] for one in open_ones},
    )


def _newest(counting: Counting) -> list[Edition]:
    """Of each genre, as long as that is no older than what stands in for a list."""
    today = counting.now.date()
    recent = Edition.objects.filter(
        is_sample=False,
        genre__in=counting.scope.genres,
        issued_on__range=(today - GOOD_FOR, today),
        entries__rank=1,
    )
    return list({edition.genre: edition for edition in recent.order_by("issued_on")}.values())
