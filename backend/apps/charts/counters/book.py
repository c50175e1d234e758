"""What charts say of plays, out of the history: of days that were counted, and of no others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Max
from django.utils import timezone

from apps.charts.models import ChartTrack, HistoricalViewCount
from apps.charts.plays import CHANGE_DAYS, CountHistory, DayCount, Plays, PlaysOfDay
from apps.charts.view_counts import selectors
from apps.charts.view_counts.words import CountStatus, Flag, Status, shown_status

# A figure stands for the days after it as long as a list does; what it is of, its own day says.
GOOD_FOR_DAYS = 7
WEEK = 7

Key = tuple[str, str]
# A day's count, status and flag.
Reported = tuple[int | None, str, str]


def plays_on(isrcs: Sequence[str], day: date) -> Mapping[str, Plays]:
    """Of each service its last plausible figure until that day; changes are of those counted on it."""
    wanted = {day - timedelta(days=back) for back in [*range(GOOD_FOR_DAYS + 1), *CHANGE_DAYS]}
    rows = HistoricalViewCount.objects.filter(isrc__in=isrcs, recorded_date__in=wanted)
    found: defaultdict[str, defaultdict[str, dict[date, Reported]]] = defaultdict(lambda: defaultdict(dict))
    for isrc, service, on, count, status, flag in rows.values_list(
        "isrc", "service", "recorded_date", "view_count", "status", "flag"
    ):
        found[isrc][service][on] = (count, status, flag)
    plays = {isrc: _plays(of_track, day) for isrc, of_track in found.items()}
    return {isrc: one for isrc, one in plays.items() if one.days}


def histories(isrcs: Sequence[str], *, days: int) -> Mapping[str, Mapping[str, CountHistory]]:
    """Through the caches; of what was counted last before these days, the days until then."""
    today = timezone.now().date()
    told = selectors.view_data(isrcs, today=today)
    earlier = _earlier_days(told, first=today - timedelta(days=days - 1), days=days)
    return {
        isrc: {
            service: _history(counts, earlier.get((isrc, service))) for service, counts in of_track.items()
        }
        for isrc, of_track in told.items()
    }


def most_trending(most: int) -> tuple[date | None, Sequence[tuple[str, int]]]:
    """The newest day, and changes over the week until then, of tracks that charts have had."""
    counted = HistoricalViewCount.objects.filter(
        view_count__isnull=False, flag=Flag.NONE, recorded_date__lte=timezone.now().date()
    )
    newest = counted.aggregate(day=Max("recorded_date"))["day"]
    if newest is None:
        return None, []
    changes: defaultdict[str, int] = defaultdict(int)
    now, before = _of_day(newest), _of_day(newest - timedelta(days=WEEK))
    for isrc, service in now.keys() & before.keys():
        changes[isrc] += now[isrc, service] - before[isrc, service]
    return newest, sorted(changes.items(), key=lambda one: (-one[1], one[0]))[:most]


def _plays(reported: Mapping[str, Mapping[date, Reported]], day: date) -> Plays:
    counted = {
        service: {on: count for on, (count, _, flag) in days.items() if count is not None and not flag}
        for service, days in reported.items()
    }
    last = {
        service: max((on for on in days if (day - on).days <= GOOD_FOR_DAYS), default=None)
        for service, days in counted.items()
    }
    by_service = {service: counted[service][on] for service, on in last.items() if on is not None}
    return Plays(
        by_service=by_service,
        total=sum(by_service.values()) if by_service else None,
        change={back: _change(counted, day, day - timedelta(days=back)) for back in CHANGE_DAYS},
        days={
            service: PlaysOfDay(_status_on(days, day), last[service])
            for service, days in reported.items()
            if last[service] is not None or day in days
        },
    )


def _status_on(days: Mapping[date, Reported], day: date) -> CountStatus:
    _, status, flag = days.get(day, (None, Status.MISSING, Flag.NONE))
    return shown_status(status, flag)


def _change(counted: Mapping[str, Mapping[date, int]], day: date, before: date) -> int | None:
    """Of the services that were counted on both days; None where none was."""
    both = [days[day] - days[before] for days in counted.values() if day in days and before in days]
    return sum(both) if both else None


def _history(counts: selectors.ServiceCounts, earlier: Sequence[DayCount] | None) -> CountHistory:
    current = counts.current
    days = [
        DayCount(one.day, one.view_count, one.delta, shown_status(one.status, one.flag))
        for one in counts.history
    ]
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
    for isrc, service, day, count, delta, status, flag in rows.values_list(
        "isrc", "service", "recorded_date", "view_count", "delta_count", "status", "flag"
    ):
        until = last.get((isrc, service))
        if until and until - back <= day <= until:
            found[isrc, service].append(DayCount(day, count, delta, shown_status(status, flag)))
    return found


def _of_day(day: date) -> dict[Key, int]:
    """By (isrc, service), of tracks that charts have had: an import may bring many others."""
    rows = HistoricalViewCount.objects.filter(
        recorded_date=day,
        view_count__isnull=False,
        flag=Flag.NONE,
        isrc__in=ChartTrack.objects.values("isrc"),
    )
    counts = rows.values_list("isrc", "service", "view_count")
    return {(isrc, service): count for isrc, service, count in counts if count is not None}
