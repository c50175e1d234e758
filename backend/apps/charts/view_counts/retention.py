"""What is kept for how long: a year of days, then of each month the last day counted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import TruncMonth

from apps.charts.view_counts.changes import MARK_SECONDS
from apps.charts.view_counts.deltas import Figure, derived
from apps.charts.view_counts.models import DroppedView, HistoricalViewCount
from apps.charts.view_counts.words import Flag

DAYS_KEPT = 365
TRACKS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Thinned:
    """How many days of history, and of notices to caches, have gone."""

    days: int
    notices: int


def thin_history(*, now: datetime) -> Thinned:
    """Of months wholly older than a year the last day counted stays. Safe to repeat, or to be killed."""
    first_kept = (now.date() - timedelta(days=DAYS_KEPT)).replace(day=1)
    old = HistoricalViewCount.objects.filter(recorded_date__lt=first_kept)
    isrcs = list(old.order_by("isrc").values_list("isrc", flat=True).distinct())
    groups = (isrcs[at : at + TRACKS_AT_ONCE] for at in range(0, len(isrcs), TRACKS_AT_ONCE))
    days = sum(_thin(group, first_kept) for group in groups)
    notices, _ = DroppedView.objects.filter(dropped_at__lt=now - 2 * timedelta(seconds=MARK_SECONDS)).delete()
    return Thinned(days, notices)


@transaction.atomic
def _thin(isrcs: list[str], first_kept: date) -> int:
    """Differences are then those between the days that stayed."""
    old = HistoricalViewCount.objects.filter(isrc__in=isrcs, recorded_date__lt=first_kept)
    counted = old.filter(view_count__isnull=False, flag=Flag.NONE)
    last = counted.annotate(month=TruncMonth("recorded_date")).values("isrc", "service", "month")
    stays = {
        (isrc, service, day)
        for isrc, service, day in last.annotate(last=Max("recorded_date")).values_list(
            "isrc", "service", "last"
        )
    }
    rows = list(old.order_by("isrc", "service", "recorded_date"))
    gone = [row.pk for row in rows if (row.isrc, row.service, row.recorded_date) not in stays]
    for at in range(0, len(gone), 500):
        HistoricalViewCount.objects.filter(pk__in=gone[at : at + 500]).delete()
    if gone:
        _reckon_again([row for row in rows if (row.isrc, row.service, row.recorded_date) in stays])
    return len(gone)


def _reckon_again(rows: list[HistoricalViewCount]) -> None:
    series: dict[tuple[str, str], list[HistoricalViewCount]] = {}
    for row in rows:
        series.setdefault((row.isrc, row.service), []).append(row)
    for ordered in series.values():
        results = derived([Figure(row.recorded_date, row.view_count) for row in ordered])
        for row, result in zip(ordered, results, strict=True):
            row.delta_count, row.delta_days = result.delta, result.delta_days
    HistoricalViewCount.objects.bulk_update(rows, ["delta_count", "delta_days"], batch_size=500)
