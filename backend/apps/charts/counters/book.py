"""What charts say of plays, out of the history: of days that were counted, and of no others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from apps.charts.models import ChartTrack, HistoricalViewCount
from apps.charts.plays import CHANGE_DAYS, CountHistory, DayCount, Plays, PlaysOfDay, Trend
from apps.charts.view_counts import selectors
from apps.charts.view_counts.deltas import begins_level
from apps.charts.view_counts.words import CountStatus, Flag, Status, shown_status

# A figure stands for the days after it as long as a list does; what it is of, its own day says.
GOOD_FOR_DAYS = 7
WEEK = 7

Key = tuple[str, str]
# A day's count, difference, status and flag.
Reported = tuple[int | None, int | None, str, str]
# What begins a new level, or is the first.
LEVELS = Q(view_count__isnull=False, delta_count__isnull=True, flag=Flag.NONE)


def plays_on(isrcs: Sequence[str], day: date) -> Mapping[str, Plays]:
    """Of each service its last plausible figure until that day; changes are of those counted on it."""
    wanted = {day - timedelta(days=back) for back in [*range(GOOD_FOR_DAYS + 1), *CHANGE_DAYS]}
    rows = HistoricalViewCount.objects.filter(
        LEVELS | Q(recorded_date__in=wanted), isrc__in=isrcs, recorded_date__range=(min(wanted), day)
    )
    found: defaultdict[str, defaultdict[str, dict[date, Reported]]] = defaultdict(lambda: defaultdict(dict))
    for isrc, service, on, count, delta, status, flag in rows.values_list(
        "isrc", "service", "recorded_date", "view_count", "delta_count", "status", "flag"
    ):
        found[isrc][service][on] = (count, delta, status, flag)
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


def most_trending(most: int) -> tuple[date | None, Sequence[Trend]]:
    """The newest day, and changes over the week until then, of tracks that charts have had."""
    counted = HistoricalViewCount.objects.filter(
        view_count__isnull=False, flag=Flag.NONE, recorded_date__lte=timezone.now().date()
    )
    newest = counted.aggregate(day=Max("recorded_date"))["day"]
    if newest is None:
        return None, []
    changes: defaultdict[str, int] = defaultdict(int)
    week_before = newest - timedelta(days=WEEK)
    now, before = _of_day(newest), _of_day(week_before)
    compared = (now.keys() & before.keys()) - _levels_between(week_before, newest)
    for isrc, service in compared:
        changes[isrc] += now[isrc, service] - before[isrc, service]
    trends = sorted(changes.items(), key=lambda one: (-one[1], one[0]))[:most]
    counts = _statuses_of([isrc for isrc, _ in trends], newest, compared)
    return newest, [Trend(isrc, change, counts[isrc]) for isrc, change in trends]


def _levels_between(before: date, day: date) -> set[Key]:
    charted = ChartTrack.objects.values("isrc")
    days = {"recorded_date__gt": before, "recorded_date__lte": day}
    rows = HistoricalViewCount.objects.filter(LEVELS, isrc__in=charted, **days)
    return set(rows.values_list("isrc", "service"))


def _statuses_of(isrcs: Sequence[str], day: date, compared: Set[Key]) -> Mapping[str, dict[str, CountStatus]]:
    """By ISRC and service, `ok` where it is `compared`; also of services that only the week before has."""
    days = (day - timedelta(days=WEEK), day)
    rows = HistoricalViewCount.objects.filter(isrc__in=isrcs, recorded_date__in=days)
    found: defaultdict[str, dict[str, CountStatus]] = defaultdict(dict)
    for isrc, service, on, status, flag in rows.order_by("recorded_date").values_list(
        "isrc", "service", "recorded_date", "status", "flag"
    ):
        shown = shown_status(status, flag) if on == day else "missing"
        is_left_out = shown == "ok" and (isrc, service) not in compared
        found[isrc][service] = "missing" if is_left_out else shown
    return found


def _plays(reported: Mapping[str, Mapping[date, Reported]], day: date) -> Plays:
    counted = {
        service: {on: count for on, (count, _, _, flag) in days.items() if count is not None and not flag}
        for service, days in reported.items()
    }
    levels = {
        service: max(
            (on for on, (count, delta, _, flag) in days.items() if begins_level(count, delta, flag)),
            default=None,
        )
        for service, days in reported.items()
    }
    compared = {back: _compared(counted, levels, day, day - timedelta(days=back)) for back in CHANGE_DAYS}
    last = {
        service: max((on for on in days if (day - on).days <= GOOD_FOR_DAYS), default=None)
        for service, days in counted.items()
    }
    by_service = {service: counted[service][on] for service, on in last.items() if on is not None}
    return Plays(
        by_service=by_service,
        total=sum(by_service.values()) if by_service else None,
        change={back: sum(rises.values()) if rises else None for back, rises in compared.items()},
        days={
            service: PlaysOfDay(
                _status_on(days, day),
                last[service],
                tuple(back for back in CHANGE_DAYS if service in compared[back]),
            )
            for service, days in reported.items()
            if last[service] is not None or day in days
        },
    )


def _status_on(days: Mapping[date, Reported], day: date) -> CountStatus:
    _, _, status, flag = days.get(day, (None, None, Status.MISSING, Flag.NONE))
    return shown_status(status, flag)


def _compared(
    counted: Mapping[str, Mapping[date, int]], levels: Mapping[str, date | None], day: date, before: date
) -> dict[str, int]:
    """By service, the rise; of those that were counted on both days, and began no new level in between."""
    return {
        service: days[day] - days[before]
        for service, days in counted.items()
        if day in days and before in days and (levels[service] or before) <= before
    }


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
