"""Figures on their way to the history: of which nothing is written that is known already."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from apps.charts.believing import is_copy
from apps.charts.models import HistoricalViewCount
from apps.charts.transforming import GOOD_FOR
from apps.charts.view_counts.services import DayFigure
from apps.charts.view_counts.words import Status

TRACKS_AT_ONCE = 500
# Within the last second of a day: nearly two years.
MOST_MINUTES = 999_999
RANKS = {Status.MISSING: 0, Status.FAILED: 1, Status.STALE: 2, Status.OK: 3}

# (service, day)
Known = Mapping[str, Mapping[tuple[str, date], tuple[str, int | None]]]


def counted_at(day: date, now: datetime) -> datetime:
    """The end of a past day, else now.

    Of two figures of a day the later stays: so what is read of a past day a minute later is a millionth of a
    second later, and a correction counts, be it up or down.
    """
    end = datetime.combine(day, time(23, 59, 59), UTC)
    if now <= end:
        return now
    return end + timedelta(microseconds=min((now - end) // timedelta(minutes=1), MOST_MINUTES))


def news(figures: Iterable[DayFigure]) -> dict[str, list[DayFigure]]:
    """By ISRC, those that change what is stored: a first figure, a better status, another count."""
    by_isrc: defaultdict[str, list[DayFigure]] = defaultdict(list)
    for figure in figures:
        by_isrc[figure.isrc].append(figure)
    known = _known(by_isrc)
    found = {isrc: [one for one in mine if _is_new(one, known)] for isrc, mine in by_isrc.items()}
    return {isrc: mine for isrc, mine in found.items() if mine}


def without_copies(by_isrc: Mapping[str, list[DayFigure]]) -> dict[str, list[DayFigure]]:
    """Figures of a day that nearly all are those of an older one were not counted on it.

    Nor is a zero a count of a track that was never counted: services say so what they don't tell.
    """
    of_day: defaultdict[tuple[date, str], dict[str, DayFigure]] = defaultdict(dict)
    for figure in (figure for mine in by_isrc.values() for figure in mine if figure.view_count is not None):
        of_day[figure.recorded_on, figure.service][figure.isrc] = figure
    before: defaultdict[str, dict[str, int]] = defaultdict(dict)
    found: defaultdict[str, list[DayFigure]] = defaultdict(list)
    found |= {isrc: [one for one in mine if one.view_count is None] for isrc, mine in by_isrc.items()}
    for (day, service), figures in sorted(of_day.items(), key=lambda one: one[0]):
        earlier = _counted_before(day, service, figures) | before[service]
        counts = {isrc: one.view_count or 0 for isrc, one in figures.items()}
        known = {isrc: count for isrc, count in counts.items() if count or isrc in earlier}
        is_stale = is_copy(known, earlier)
        if not is_stale:
            before[service] |= known
        for isrc, one in figures.items():
            status = Status.STALE if is_stale else one.status if isrc in known else Status.MISSING
            found[isrc].append(one if status == one.status else replace(one, status=status, view_count=None))
    return dict(found)


def _counted_before(day: date, service: str, isrcs: Collection[str]) -> dict[str, int]:
    """By ISRC, the last figures of the week before."""
    rows = HistoricalViewCount.objects.filter(
        service=service,
        isrc__in=isrcs,
        recorded_date__range=(day - GOOD_FOR, day - timedelta(days=1)),
        view_count__isnull=False,
    ).order_by("recorded_date")
    return {isrc: count for isrc, count in rows.values_list("isrc", "view_count") if count is not None}


def statuses_on(day: date, service: str, isrcs: Collection[str]) -> dict[str, str]:
    """By ISRC, what became of the day's figures so far."""
    rows = HistoricalViewCount.objects.filter(recorded_date=day, service=service, isrc__in=isrcs)
    return dict(rows.values_list("isrc", "status"))


def _known(by_isrc: Mapping[str, Collection[DayFigure]]) -> Known:
    isrcs = sorted(by_isrc)
    days = [figure.recorded_on for mine in by_isrc.values() for figure in mine]
    found: dict[str, dict[tuple[str, date], tuple[str, int | None]]] = {isrc: {} for isrc in isrcs}
    for at in range(0, len(isrcs), TRACKS_AT_ONCE):
        rows = HistoricalViewCount.objects.filter(
            isrc__in=isrcs[at : at + TRACKS_AT_ONCE], recorded_date__range=(min(days), max(days))
        )
        for isrc, service, day, status, count in rows.values_list(
            "isrc", "service", "recorded_date", "status", "view_count"
        ):
            found[isrc][service, day] = (status, count)
    return found


def _is_new(figure: DayFigure, known: Known) -> bool:
    stored = known[figure.isrc].get((figure.service, figure.recorded_on))
    if stored is None:
        return True
    status, count = stored
    if figure.status != status:
        return RANKS[figure.status] > RANKS[Status(status)]
    return figure.view_count != count
