"""Reads of view counts: now, day by day, and changes between days that were both counted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from apps.charts.view_counts.deltas import is_counted
from apps.charts.view_counts.keys import CURRENT, HISTORY, OF_TRACK
from apps.charts.view_counts.models import HistoricalViewCount, ViewCount
from apps.charts.view_counts.remembering import remembered
from apps.charts.view_counts.words import CountedService, Flag

HISTORY_DAYS = 30
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CurrentCount:
    """The last figure that was counted, and when."""

    view_count: int
    last_updated: datetime


class DayCount(NamedTuple):
    """One day of a history. Without a figure the status says why.

    A chart's answer has thousands of them: a tuple is made in a third of the time.
    """

    day: date
    view_count: int | None
    delta: int | None
    status: str
    flag: str


@dataclass(frozen=True, slots=True)
class ServiceCounts:
    """What is known of a track at one service."""

    current: CurrentCount | None
    history: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Of the services that were counted on both days, and of these alone."""

    now: int
    before: int
    services: tuple[str, ...]

    @property
    def delta(self) -> int:
        return self.now - self.before


def current_counts(
    isrcs: Collection[str], services: Iterable[str] = CountedService.values
) -> dict[Key, CurrentCount]:
    """By (isrc, service); what was never counted is left out."""
    keys = [(isrc, service) for isrc in isrcs for service in services]
    found = remembered(CURRENT, keys, _read_current, CurrentCount | None)
    return {key: count for key, count in found.items() if count is not None}


def histories(
    isrcs: Collection[str], services: Iterable[str] = CountedService.values, *, today: date | None = None
) -> dict[Key, tuple[DayCount, ...]]:
    """The last HISTORY_DAYS days, oldest first, by (isrc, service)."""
    first = _first_day(today)
    keys = [(isrc, service) for isrc in isrcs for service in services]
    return remembered(HISTORY, keys, lambda missing: _read_histories(missing, first), tuple[DayCount, ...])


def view_data(isrcs: Collection[str], *, today: date | None = None) -> dict[str, dict[str, ServiceCounts]]:
    """Everything that a page shows of tracks' counts, by ISRC and service (of those that have any)."""
    first = _first_day(today)
    found = remembered(
        OF_TRACK,
        [(isrc, "") for isrc in isrcs],
        lambda missing: _read_view_data(missing, first),
        dict[str, ServiceCounts],
    )
    return {isrc: data for (isrc, _), data in found.items()}


def history_of_track(isrc: str, *, since: date, until: date) -> "QuerySet[HistoricalViewCount, Any]":
    """Days of one track at all services, from an index alone."""
    return (
        HistoricalViewCount.objects.filter(isrc=isrc, recorded_date__range=(since, until))
        .order_by("recorded_date", "service")
        .values_list("recorded_date", "service", "view_count", "delta_count", "status", "flag")
    )


def changes(
    isrcs: Collection[str], *, on: date, days_before: Sequence[int] = (1, 7, 30)
) -> dict[str, dict[int, Change]]:
    """By ISRC and number of days; where no service was counted on both there is none, which is not zero."""
    days = [on, *(on - timedelta(days=days) for days in days_before)]
    counts: defaultdict[tuple[str, date], dict[str, int]] = defaultdict(dict)
    rows = HistoricalViewCount.objects.filter(
        isrc__in=isrcs, recorded_date__in=days, view_count__isnull=False
    )
    for isrc, service, day, count, flag in rows.values_list(
        "isrc", "service", "recorded_date", "view_count", "flag"
    ):
        if count is not None and is_counted(count, flag):
            counts[isrc, day][service] = count
    found: dict[str, dict[int, Change]] = {}
    for isrc in isrcs:
        now = counts.get((isrc, on), {})
        earlier = {days: counts.get((isrc, on - timedelta(days=days)), {}) for days in days_before}
        found[isrc] = {
            days: change for days, before in earlier.items() if (change := _change(now, before)) is not None
        }
    return found


def trending(*, on: date, days: int = 7, limit: int = 100) -> list[tuple[str, Change]]:
    """The tracks with the greatest change over so many days, of services counted on both."""
    isrcs = (
        HistoricalViewCount.objects.filter(recorded_date=on, view_count__isnull=False, flag=Flag.NONE)
        .values_list("isrc", flat=True)
        .distinct()
    )
    found = changes(list(isrcs), on=on, days_before=(days,))
    changed = [(isrc, by_days[days]) for isrc, by_days in found.items() if days in by_days]
    return sorted(changed, key=lambda one: (-one[1].delta, one[0]))[:limit]


def _change(now: Mapping[str, int], before: Mapping[str, int]) -> Change | None:
    both = tuple(sorted(now.keys() & before.keys()))
    if not both:
        return None
    return Change(sum(now[service] for service in both), sum(before[service] for service in both), both)


class _Days(dict[str, date]):
    """By their text."""

    def __missing__(self, text: str) -> date:
        day = self[text] = date.fromisoformat(text)
        return day


def _first_day(today: date | None) -> date:
    return (today or timezone.now().date()) - timedelta(days=HISTORY_DAYS - 1)


def _read_current(keys: Sequence[Key]) -> dict[Key, CurrentCount | None]:
    """That there is none is worth remembering too."""
    rows = ViewCount.objects.filter(isrc__in={isrc for isrc, _ in keys})
    found = {
        (isrc, service): CurrentCount(count, updated)
        for isrc, service, count, updated in rows.values_list("isrc", "service", "view_count", "last_updated")
    }
    return {key: found.get(key) for key in keys}


def _read_histories(keys: Sequence[Key], first: date) -> dict[Key, tuple[DayCount, ...]]:
    found: defaultdict[Key, list[DayCount]] = defaultdict(list)
    rows = HistoricalViewCount.objects.filter(isrc__in={isrc for isrc, _ in keys}, recorded_date__gte=first)
    # As text: thousands of rows tell of 30 days, and each day is read once.
    as_text = Cast("recorded_date", CharField(max_length=10))
    ordered = rows.order_by("isrc", "recorded_date").values_list(
        "isrc", "service", as_text, "view_count", "delta_count", "status", "flag"
    )
    days = _Days()
    for isrc, service, day, count, delta, status, flag in ordered:
        found[isrc, service].append(DayCount(days[day], count, delta, status, flag))
    return {key: tuple(found.get(key, ())) for key in keys}


def _read_view_data(keys: Sequence[Key], first: date) -> dict[Key, dict[str, ServiceCounts]]:
    services = CountedService.values
    pairs = [(isrc, service) for isrc, _ in keys for service in services]
    current, days = _read_current(pairs), _read_histories(pairs, first)
    return {
        (isrc, nothing): {
            service: ServiceCounts(current[isrc, service], days[isrc, service])
            for service in services
            if current[isrc, service] or days[isrc, service]
        }
        for isrc, nothing in keys
    }
