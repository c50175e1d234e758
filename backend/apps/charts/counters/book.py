"""What charts say of plays, out of the history: of days that were counted, and of no others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Max
from django.utils import timezone

from apps.charts.models import ChartTrack, HistoricalViewCount
from apps.charts.plays import CHANGE_DAYS, CountHistory, DayCount, Plays
from apps.charts.view_counts import selectors
from apps.charts.view_counts.words import CountedService, Flag

# A figure stands for the days after it as long as a list does; what it is of, its own day says.
GOOD_FOR_DAYS = 7
WEEK = 7

Key = tuple[str, str]
Days = Mapping[Key, Mapping[date, int]]


class CountedPlays:
    """The book of `apps.charts.view_counts`."""

    def plays_on(self, isrcs: Sequence[str], day: date) -> Mapping[str, Plays]:
        """Of each service its last figure until that day, and changes from that figure's own day on."""
        recent = _counted(isrcs, (day - timedelta(days=back) for back in range(GOOD_FOR_DAYS + 1)))
        newest = {key: max(days) for key, days in recent.items()}
        earlier = {at - timedelta(days=back) for at in newest.values() for back in CHANGE_DAYS}
        before = _counted(isrcs, earlier)
        by_isrc: defaultdict[str, dict[str, date]] = defaultdict(dict)
        for (isrc, service), at in newest.items():
            by_isrc[isrc][service] = at
        return {
            isrc: Plays(
                by_service={service: recent[isrc, service][at] for service, at in mine.items()},
                total=sum(recent[isrc, service][at] for service, at in mine.items()),
                change={back: _change(isrc, mine, back, recent, before) for back in CHANGE_DAYS},
            )
            for isrc, mine in by_isrc.items()
        }

    def histories(self, isrcs: Sequence[str], *, days: int) -> Mapping[str, Mapping[str, CountHistory]]:
        """Through the caches; of what was counted last before these days, the days until then."""
        today = timezone.now().date()
        told = selectors.view_data(isrcs, today=today)
        earlier = _earlier_days(told, first=today - timedelta(days=days - 1), days=days)
        return {
            isrc: {
                service: _history(counts, earlier.get((isrc, service)))
                for service, counts in of_track.items()
            }
            for isrc, of_track in told.items()
        }

    def trending(self, *, most: int) -> Sequence[tuple[str, int]]:
        """Of each service over the week that ends with its newest day, as long as that is no older."""
        changes: defaultdict[str, int] = defaultdict(int)
        for service, newest in _newest_days().items():
            now = _of_service(service, newest)
            for isrc, count in _of_service(service, newest - timedelta(days=WEEK)).items():
                if isrc in now:
                    changes[isrc] += now[isrc] - count
        return sorted(changes.items(), key=lambda one: (-one[1], one[0]))[:most]


def _counted(isrcs: Collection[str], days: Iterable[date]) -> Days:
    """What was counted on these days, and no copy of an older figure."""
    rows = HistoricalViewCount.objects.filter(
        isrc__in=isrcs, recorded_date__in=list(days), view_count__isnull=False
    ).exclude(flag=Flag.STALE)
    found: defaultdict[Key, dict[date, int]] = defaultdict(dict)
    for isrc, service, day, count in rows.values_list("isrc", "service", "recorded_date", "view_count"):
        if count is not None:
            found[isrc, service][day] = count
    return found


def _change(isrc: str, newest: Mapping[str, date], back: int, recent: Days, before: Days) -> int | None:
    """Of the services that were counted on both days; None where none was."""
    both = [
        recent[isrc, service][at] - before[isrc, service][at - timedelta(days=back)]
        for service, at in newest.items()
        if at - timedelta(days=back) in before.get((isrc, service), {})
    ]
    return sum(both) if both else None


def _history(counts: selectors.ServiceCounts, earlier: Sequence[DayCount] | None) -> CountHistory:
    current = counts.current
    days = [DayCount(one.day, one.view_count, one.delta, one.status) for one in counts.history]
    return CountHistory(
        current=current.view_count if current else None,
        last_updated=current.last_updated if current else None,
        days=days if earlier is None else earlier,
    )


def _earlier_days(
    told: Mapping[str, Mapping[str, selectors.ServiceCounts]], *, first: date, days: int
) -> dict[Key, list[DayCount]]:
    """Of those that were counted last before `first`: so many days until then, in one query for all."""
    last = {
        (isrc, service): counts.current.last_updated.date()
        for isrc, of_track in told.items()
        for service, counts in of_track.items()
        if counts.current and counts.current.last_updated.date() < first
    }
    if not last:
        return {}
    back = timedelta(days=days - 1)
    rows = HistoricalViewCount.objects.filter(
        isrc__in={isrc for isrc, _ in last},
        recorded_date__range=(min(last.values()) - back, max(last.values())),
    ).order_by("isrc", "recorded_date")
    found: dict[Key, list[DayCount]] = {key: [] for key in last}
    for isrc, service, day, count, delta, status in rows.values_list(
        "isrc", "service", "recorded_date", "view_count", "delta_count", "status"
    ):
        until = last.get((isrc, service))
        if until and until - back <= day <= until:
            found[isrc, service].append(DayCount(day, count, delta, status))
    return found


def _newest_days() -> dict[str, date]:
    """By service; only those no older than a week before the newest of all, and none of mere copies."""
    counted = HistoricalViewCount.objects.filter(view_count__isnull=False).exclude(flag=Flag.STALE)
    newest = {
        service: day
        for service in CountedService.values
        if (day := counted.filter(service=service).aggregate(day=Max("recorded_date"))["day"])
    }
    last = max(newest.values(), default=date.min)
    return {service: day for service, day in newest.items() if (last - day).days <= GOOD_FOR_DAYS}


def _of_service(service: str, day: date) -> dict[str, int]:
    """Of tracks that charts have had: an import may bring many others."""
    rows = HistoricalViewCount.objects.filter(
        service=service,
        recorded_date=day,
        view_count__isnull=False,
        isrc__in=ChartTrack.objects.values("isrc"),
    ).exclude(flag=Flag.STALE)
    return {isrc: count for isrc, count in rows.values_list("isrc", "view_count") if count is not None}
