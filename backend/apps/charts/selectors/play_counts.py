"""Play counts of tracks, their histories and changes: only days that were counted are compared."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Max, Q
from django.utils import timezone
from msgspec.structs import replace

from apps.charts.models import ChartTrack
from apps.charts.payloads import CountHistoryPayload, CountOnDayPayload
from apps.counts import selectors
from apps.counts.deltas import begins_level
from apps.counts.models import CountStatus, Flag, HistoricalViewCount, Status, shown_status

CHANGE_DAYS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class PlaysOfDay:
    """The status of a service's count on the requested day, and the day of its last plausible count.

    `in_change`: the changes, by their days, that include the service.
    """

    status: CountStatus
    counted_on: date | None = None
    in_change: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plays:
    """A track's plays on a day: by service, in total, and their growth by the number of days."""

    by_service: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    change: Mapping[int, int | None] = field(default_factory=dict)
    days: Mapping[str, PlaysOfDay] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trend:
    """A track's change over a week, of the services that are `ok` in `counts`."""

    isrc: str
    change: int
    counts: Mapping[str, CountStatus]


Histories = dict[str, CountHistoryPayload]


@dataclass(frozen=True, slots=True)
class TrackCounts:
    """Of one track, by service. Growth is in per cent within the week until the newest day.

    The growth of the `total` compares only services that were counted on both days.
    """

    by_service: Mapping[str, selectors.ServiceCounts] = field(default_factory=dict)
    growth: Mapping[str, float | None] = field(default_factory=dict)
    total: int | None = None
    total_growth: float | None = None

    def current(self, service: str) -> selectors.CurrentCount | None:
        counts = self.by_service.get(service)
        return counts.current if counts else None

    @property
    def histories(self) -> Histories:
        """Of the last 30 days, the oldest first."""
        return {service: _history(counts) for service, counts in self.by_service.items()}


NO_COUNTS = TrackCounts()
# A count is used for the days after it as long as a list is; its own day is given beside it.
GOOD_FOR_DAYS = 7
WEEK = timedelta(days=7)

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


def track_counts(isrcs: Collection[str]) -> dict[str, TrackCounts]:
    """By ISRC, in two queries at most."""
    return {isrc: _track_counts(of_track) for isrc, of_track in selectors.view_data(isrcs).items()}


def recent_histories(isrcs: Collection[str]) -> dict[str, Histories]:
    """By ISRC and service, of the last 30 days, the oldest first; through the caches."""
    return {
        isrc: {service: _history(counts) for service, counts in of_track.items()}
        for isrc, of_track in selectors.view_data(isrcs).items()
    }


def histories(isrcs: Collection[str]) -> dict[str, Histories]:
    """The same; for a track counted last before these days, the 30 days until then."""
    recent = recent_histories(isrcs)
    earlier = _earlier_days(recent)
    return {
        isrc: {
            service: replace(history, historical=earlier.get((isrc, service), history.historical))
            for service, history in of_track.items()
        }
        for isrc, of_track in recent.items()
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
    week_before = newest - WEEK
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
    days = (day - WEEK, day)
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
    compared = {
        back: {
            service: both[1] - both[0]
            for service, days in counted.items()
            if (both := _both(days, levels[service], day, day - timedelta(days=back)))
        }
        for back in CHANGE_DAYS
    }
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


def _both(counted: Mapping[date, int], level: date | None, day: date, before: date) -> tuple[int, int] | None:
    """The counts of `before` and `day`; None unless both were counted, on one level."""
    if day not in counted or before not in counted or (level or before) > before:
        return None
    return counted[before], counted[day]


def _track_counts(of_track: Mapping[str, selectors.ServiceCounts]) -> TrackCounts:
    # Every day that is counted has a row of each service, also of one that failed.
    newest = max((counts.history[-1].day for counts in of_track.values() if counts.history), default=None)
    pairs = {service: newest and _week(counts.history, newest) for service, counts in of_track.items()}
    known = [counts.current.view_count for counts in of_track.values() if counts.current]
    found = [pair for pair in pairs.values() if pair]
    return TrackCounts(
        of_track,
        {service: growth(*pair) if pair else None for service, pair in pairs.items()},
        sum(known) if known else None,
        growth(sum(before for before, _ in found), sum(now for _, now in found)),
    )


def _week(history: Sequence[selectors.HistoryDay], newest: date) -> tuple[int, int] | None:
    # A level that began before the week makes no difference.
    ok = [one for one in history[-WEEK.days - 1 :] if one.status == Status.OK and not one.flag]
    counted = {one.day: one.view_count for one in ok if one.view_count is not None}
    level = max((one.day for one in ok if one.delta is None), default=None)
    return _both(counted, level, newest, newest - WEEK)


def growth(before: int, now: int) -> float | None:
    """In per cent, to two decimals; None from zero."""
    return round((now - before) * 100 / before, 2) if before else None


def _history(counts: selectors.ServiceCounts) -> CountHistoryPayload:
    current = counts.current
    return CountHistoryPayload(
        current.view_count if current else None,
        current.last_updated if current else None,
        [
            CountOnDayPayload(one.day, one.view_count, one.delta, shown_status(one.status, one.flag))
            for one in counts.history
        ],
    )


def _earlier_days(recent: Mapping[str, Histories]) -> dict[Key, list[CountOnDayPayload]]:
    """Of those that were counted last before the recent days: as many days until then, in one query."""
    back = timedelta(days=selectors.HISTORY_DAYS - 1)
    first = timezone.now().date() - back
    last = {
        (isrc, service): history.last_updated.date()
        for isrc, of_track in recent.items()
        for service, history in of_track.items()
        if history.last_updated and history.last_updated.date() < first
    }
    if not last:
        return {}
    rows = HistoricalViewCount.objects.filter(
        isrc__in={isrc for isrc, _ in last},
        recorded_date__range=(min(last.values()) - back, max(last.values())),
    ).order_by("isrc", "recorded_date")
    found: dict[Key, list[CountOnDayPayload]] = {key: [] for key in last}
    for isrc, service, day, count, delta, status, flag in rows.values_list(
        "isrc", "service", "recorded_date", "view_count", "delta_count", "status", "flag"
    ):
        until = last.get((isrc, service))
        if until and until - back <= day <= until:
            found[isrc, service].append(CountOnDayPayload(day, count, delta, shown_status(status, flag)))
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
