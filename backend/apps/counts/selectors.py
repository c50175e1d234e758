"""Reads of view counts through the cache: current counts and daily histories; and the cache's warming."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from apps.counts.cache import CURRENT, HISTORY, OF_TRACK, cached_values
from apps.counts.models import CountedService, HistoricalViewCount, ViewCount
from core.cache import shared_memory

HISTORY_DAYS = 30
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CurrentCount:
    """The last plausible count, and when it was counted."""

    view_count: int
    last_updated: datetime


class HistoryDay(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One day of a history. If there is no count, the status gives the reason.

    A chart's response reads 12,000 of them, so they are not tracked by the garbage collector.
    """

    day: date
    view_count: int | None
    delta: int | None
    status: str
    flag: str


@dataclass(frozen=True, slots=True)
class ServiceCounts:
    """A track's counts at one service."""

    current: CurrentCount | None
    history: tuple[HistoryDay, ...]


def current_counts(
    isrcs: Collection[str], services: Iterable[str] = CountedService.values
) -> dict[Key, CurrentCount]:
    """By (isrc, service), without those that were never counted."""
    keys = [(isrc, service) for isrc in isrcs for service in services]
    found = cached_values(CURRENT, keys, _read_current, CurrentCount | None)
    return {key: count for key, count in found.items() if count is not None}


def histories(
    isrcs: Collection[str], services: Iterable[str] = CountedService.values, *, today: date | None = None
) -> dict[Key, tuple[HistoryDay, ...]]:
    """The last HISTORY_DAYS days, oldest first, by (isrc, service)."""
    first = _first_day(today)
    keys = [(isrc, service) for isrc in isrcs for service in services]
    return cached_values(
        HISTORY, keys, lambda missing: _read_histories(missing, first), tuple[HistoryDay, ...]
    )


def view_data(isrcs: Collection[str], *, today: date | None = None) -> dict[str, dict[str, ServiceCounts]]:
    """Current counts and histories, by ISRC and by service, of services that have any."""
    first = _first_day(today)
    found = cached_values(
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


class _Days(dict[str, date]):
    """Days by their ISO text, each parsed once."""

    def __missing__(self, text: str) -> date:
        day = self[text] = date.fromisoformat(text)
        return day


def _first_day(today: date | None) -> date:
    return (today or timezone.now().date()) - timedelta(days=HISTORY_DAYS - 1)


def _read_current(keys: Sequence[Key]) -> dict[Key, CurrentCount | None]:
    """Includes None for keys without a count, so that their absence is cached."""
    rows = ViewCount.objects.filter(isrc__in={isrc for isrc, _ in keys})
    found = {
        (isrc, service): CurrentCount(count, updated)
        for isrc, service, count, updated in rows.values_list("isrc", "service", "view_count", "last_updated")
    }
    return {key: found.get(key) for key in keys}


def _read_histories(keys: Sequence[Key], first: date) -> dict[Key, tuple[HistoryDay, ...]]:
    found: defaultdict[Key, list[HistoryDay]] = defaultdict(list)
    rows = HistoricalViewCount.objects.filter(isrc__in={isrc for isrc, _ in keys}, recorded_date__gte=first)
    # As text: thousands of rows have 30 different days, and each day is parsed once.
    as_text = Cast("recorded_date", CharField(max_length=10))
    ordered = rows.order_by("isrc", "recorded_date").values_list(
        "isrc", "service", as_text, "view_count", "delta_count", "status", "flag"
    )
    days = _Days()
    for isrc, service, day, count, delta, status, flag in ordered:
        found[isrc, service].append(HistoryDay(days[day], count, delta, status, flag))
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


# --- Cache warming -----------------------------------------------------------------------------------


TRACKS_PER_QUERY = 100


def warm_views() -> Iterator[tuple[int, int]]:
    """Reads every track's counts through the cache; yields (done, total) after each batch."""
    return warm_tracks(list(ViewCount.objects.order_by("isrc").values_list("isrc", flat=True).distinct()))


def warm_tracks(isrcs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Like `warm_views`, for these tracks only."""
    for at in range(0, len(isrcs), TRACKS_PER_QUERY):
        part = isrcs[at : at + TRACKS_PER_QUERY]
        current_counts(part)
        histories(part)
        view_data(part)
        yield min(at + TRACKS_PER_QUERY, len(isrcs)), len(isrcs)


# Longer than the cache leaves Redis alone after a late response to a request of the same process.
PAUSE_SECONDS = 1.5
# If Redis did not respond after a pause either, the next events fail without a pause: an outage delays a
# replay only once.
OUTAGE_SECONDS = 60.0
_outage_until = 0.0


class CacheUnavailableError(Exception):
    """The shared cache did not respond."""


def warm_counted(isrcs: Sequence[str]) -> None:
    """Raises CacheUnavailableError, so that the next replay tries again.

    Does nothing if the cache belongs to this process alone, because other processes could not use it.
    """
    global _outage_until
    memory = shared_memory()
    if not memory.is_shared:
        return
    from core.redis_cache import job_deadline  # would load Redis's client into processes without Redis

    with job_deadline():
        _warm_all(isrcs)
        if memory.is_unavailable and time.monotonic() >= _outage_until:
            time.sleep(PAUSE_SECONDS)
            _warm_all(isrcs)
            if memory.is_unavailable:
                _outage_until = time.monotonic() + OUTAGE_SECONDS
        if memory.is_unavailable:
            raise CacheUnavailableError


def _warm_all(isrcs: Sequence[str]) -> None:
    for _ in warm_tracks(isrcs):
        pass
