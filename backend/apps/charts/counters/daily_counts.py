"""Daily counts of tracks: which tracks a run counts for which days, which counts are new, and which are
implausible because the counts of all tracks of a service can't have grown like this.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import median_low

from apps.charts.connectors.base import Connector, Scope
from apps.charts.genres import MusicService
from apps.charts.models import Edition, EditionEntry
from apps.charts.pipeline.plausibility import REJECTED_DAYS, are_growths_implausible, is_copy
from apps.charts.pipeline.stage_run import FEW_SHARE, Progress, StageStats
from apps.charts.pipeline.transform import GOOD_FOR
from apps.counts.deltas import (
    MIN_USUAL_FOR_STALE,
    USUAL_DAYS,
    CountedDay,
    DailyCount,
    DailyDifference,
    daily_differences,
    per_day,
    usual_per_day,
)
from apps.counts.models import Flag, HistoricalViewCount, Status
from apps.counts.services import CountReport

# --- Growth ------------------------------------------------------------------------------------------


# The period from which the usual growth is computed.
KNOWN_FOR = timedelta(days=USUAL_DAYS + 1)

Series = Mapping[str, Sequence[CountedDay]]


@dataclass(slots=True)
class GrowthCheck:
    """Checks a service's growth: compares counts with stored ones and with those accepted before."""

    service: str
    accepted: defaultdict[str, dict[date, CountedDay]] = field(default_factory=lambda: defaultdict(dict))
    rejected: set[date] = field(default_factory=set)

    def rejects(self, day: date, counts: Mapping[str, int]) -> bool:
        """Whether the day's counts are implausible as a whole. On the third such day they are accepted."""
        series = self._counted_before(day, counts)
        new = {
            isrc: daily_differences([DailyCount(day, count)], series[isrc])[0]
            for isrc, count in counts.items()
        }
        is_implausible = are_growths_implausible([*_growths(new, series)])
        if is_implausible and len(self._rejected_days(day, series)) < REJECTED_DAYS:
            self.rejected.add(day)
            return True
        for isrc, one in new.items():
            if one.flag != Flag.STALE:
                rate = per_day(one.delta, one.delta_days)
                self.accepted[isrc][day] = CountedDay(day, counts[isrc], rate, is_anomaly=bool(one.flag))
        return False

    def _counted_before(self, day: date, isrcs: Collection[str]) -> Series:
        rows = HistoricalViewCount.objects.filter(
            service=self.service,
            isrc__in=isrcs,
            recorded_date__range=(day - KNOWN_FOR, day - timedelta(days=1)),
            view_count__isnull=False,
        ).exclude(flag=Flag.STALE)
        found: dict[str, dict[date, CountedDay]] = {isrc: {} for isrc in isrcs}
        for isrc, on, count, delta, days, flag in rows.values_list(
            "isrc", "recorded_date", "view_count", "delta_count", "delta_days", "flag"
        ):
            found[isrc][on] = CountedDay(on, count or 0, per_day(delta, days), is_anomaly=bool(flag))
        for isrc, known in found.items():
            known |= {on: one for on, one in self.accepted[isrc].items() if day - KNOWN_FOR <= on < day}
        return {isrc: [known[on] for on in sorted(known)] for isrc, known in found.items()}

    def _rejected_days(self, day: date, series: Series) -> set[date]:
        """Days on which most of these tracks had implausible counts, since most were counted."""
        last = median_low([known[-1].day for known in series.values() if known])
        rows = HistoricalViewCount.objects.filter(
            service=self.service,
            isrc__in=series.keys(),
            recorded_date__range=(last, day - timedelta(days=1)),
            status=Status.ANOMALY,
        )
        of_days = Counter(rows.values_list("recorded_date", flat=True))
        return {on for on, many in of_days.items() if many * 2 >= len(series)} | {
            on for on in self.rejected if last < on < day
        }


def _growths(
    new: Mapping[str, DailyDifference], series: Series
) -> Sequence[tuple[float | None, Sequence[float]]]:
    """For `are_growths_implausible`, of tracks with a usual growth; the last equals their median."""
    found = []
    for isrc, one in new.items():
        usual = usual_per_day(series[isrc])
        if usual is not None and usual >= MIN_USUAL_FOR_STALE:
            growth = None if one.flag else per_day(one.delta, one.delta_days)
            found.append((growth, [usual, series[isrc][-1].per_day or usual]))
    return found


# --- Daily counts ------------------------------------------------------------------------------------


TRACKS_PER_QUERY = 500
# The share of tracks counted within the last week, but not now, above which it is reported. Up to 36 % of a
# table of fifty tracks leave it within a day.
LOST_SHARE = {MusicService.SPOTIFY: 0.5}
DAY_MINUTES = 24 * 60
# Minutes are stored as microseconds of a day's last second: at most nearly two years.
MAX_MINUTES = 999_999
RANKS = {Status.MISSING: 0, Status.FAILED: 1, Status.STALE: 2, Status.ANOMALY: 2, Status.OK: 3}

# (service, day)
Known = Mapping[str, Mapping[tuple[str, date], tuple[str, int | None]]]


@dataclass(frozen=True, slots=True)
class Counting:
    """The scope, time, progress and connector of a run that counts."""

    scope: Scope
    now: datetime
    progress: Progress
    connector: Connector


@dataclass(slots=True)
class CountedTracks:
    """Tracks by day, best rank first; and the charts for which they are counted."""

    by_day: dict[date, list[str]] = field(default_factory=dict)
    # By edition, its tracks.
    editions: dict[int, list[str]] = field(default_factory=dict)


def tracks_to_count(counting: Counting) -> CountedTracks:
    """Tracks of the newest charts for today, and tracks of charts that have not been counted yet."""
    open_ones = list(Edition.objects.filter(is_to_count=True, genre__in=counting.scope.genres))
    today = [] if counting.connector.is_sample else _newest(counting)
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
    return CountedTracks(
        {day: list(found) for day, found in by_day.items()},
        {one.pk: isrcs[one.pk] for one in open_ones},
    )


def _newest(counting: Counting) -> list[Edition]:
    """Each genre's newest chart, unless it is too old."""
    today = counting.now.date()
    recent = Edition.objects.filter(
        is_sample=False,
        genre__in=counting.scope.genres,
        issued_on__range=(today - GOOD_FOR, today),
        entries__rank=1,
    )
    return list({edition.genre: edition for edition in recent.order_by("issued_on")}.values())


def counted_at(day: date, now: datetime) -> datetime:
    """The time at which a count of `day`, read now, is valid: now, or the end of a past day.

    If a day has two counts, the later one is stored. For past days, each minute until the read is added as a
    microsecond, so that a later correction replaces an earlier count.
    """
    end = datetime.combine(day, time(23, 59, 59), UTC)
    if now <= end:
        return now
    return end + timedelta(microseconds=min((now - end) // timedelta(minutes=1), MAX_MINUTES))


def news(figures: Iterable[CountReport]) -> dict[str, list[CountReport]]:
    """By ISRC, reports that change a stored row: a first count, a better status, or another count."""
    by_isrc: defaultdict[str, list[CountReport]] = defaultdict(list)
    for figure in figures:
        by_isrc[figure.isrc].append(figure)
    known = _known(by_isrc)
    found = {isrc: [one for one in mine if _is_new(one, known)] for isrc, mine in by_isrc.items()}
    return {isrc: mine for isrc, mine in found.items() if mine}


def plausible(by_isrc: Mapping[str, list[CountReport]]) -> dict[str, list[CountReport]]:
    """The reports, with the status of implausible ones changed.

    STALE: nearly all of a day's counts are those of an earlier day. ANOMALY: the counts are implausible as a
    whole. MISSING: a count of 0 for a track without earlier counts, which services send for unknown counts.
    """
    of_day: defaultdict[tuple[date, str], dict[str, CountReport]] = defaultdict(dict)
    for figure in (figure for mine in by_isrc.values() for figure in mine if figure.view_count is not None):
        of_day[figure.recorded_on, figure.service][figure.isrc] = figure
    before: defaultdict[str, dict[str, int]] = defaultdict(dict)
    checks = {service: GrowthCheck(service) for _, service in of_day}
    found: defaultdict[str, list[CountReport]] = defaultdict(list)
    found |= {isrc: [one for one in mine if one.view_count is None] for isrc, mine in by_isrc.items()}
    for (day, service), figures in sorted(of_day.items(), key=lambda one: one[0]):
        earlier = _counted_before(day, service, figures) | before[service]
        counts = {isrc: one.view_count or 0 for isrc, one in figures.items()}
        known = {isrc: count for isrc, count in counts.items() if count or isrc in earlier}
        of_all = None
        if is_copy(known, earlier):
            of_all = Status.STALE
        elif checks[service].rejects(day, known):
            of_all = Status.ANOMALY
        else:
            before[service] |= known
        for isrc, one in figures.items():
            status = of_all or (one.status if isrc in known else Status.MISSING)
            found[isrc].append(one if status == one.status else replace(one, status=status, view_count=None))
    return dict(found)


def report_lost(figures: Collection[CountReport], tally: StageStats) -> None:
    """Reports services that lack counts of many tracks which they counted in the week before.

    Only days with a chart are checked.
    """
    of_day: defaultdict[tuple[str, date], list[CountReport]] = defaultdict(list)
    for figure in figures:
        of_day[figure.service, figure.recorded_on].append(figure)
    counted = {key: {one.isrc for one in mine if one.view_count is not None} for key, mine in of_day.items()}
    charted = Edition.objects.filter(issued_on__in={day for _, day in of_day})
    days = set(charted.values_list("issued_on", flat=True))
    for (service, day), mine in ((key, mine) for key, mine in of_day.items() if key[1] in days):
        missing = {one.isrc for one in mine if one.status == Status.MISSING}
        before = {day - timedelta(days=back) for back in range(1, GOOD_FOR.days + 1)}
        known = set().union(*(counted.get((service, one), ()) for one in before))
        lost = missing & known | _counted_before(day, service, missing - known).keys()
        share = LOST_SHARE.get(MusicService(service), FEW_SHARE)
        of = len(lost | counted[service, day])
        if lost and not _comes_a_day_late(service, day):
            why = f"{service} counted {len(lost)} of {of} tracks within the week before {day}, and not on it"
            tally.report_many(len(lost), of, why, share=share)


def _comes_a_day_late(service: str, day: date) -> bool:
    """Whether the counts of the two days before also arrived a day late, as in some tables."""
    rows = HistoricalViewCount.objects.filter(
        service=service,
        recorded_date__range=(day - timedelta(days=2), day - timedelta(days=1)),
        view_count__isnull=False,
    )
    late = {on: at.microsecond for on, at in rows.values_list("recorded_date", "counted_at") if _is_late(at)}
    return len(late) == 2 and max(late.values()) <= DAY_MINUTES


def _is_late(counted: datetime) -> bool:
    """Whether `counted_at` computed it for a past day."""
    return counted.time() > time(23, 59, 59)


def _counted_before(day: date, service: str, isrcs: Collection[str]) -> dict[str, int]:
    """By ISRC, the last counts of the week before."""
    rows = HistoricalViewCount.objects.filter(
        service=service,
        isrc__in=isrcs,
        recorded_date__range=(day - GOOD_FOR, day - timedelta(days=1)),
        view_count__isnull=False,
    ).order_by("recorded_date")
    return {isrc: count for isrc, count in rows.values_list("isrc", "view_count") if count is not None}


def statuses_on(day: date, service: str, isrcs: Collection[str]) -> dict[str, str]:
    """By ISRC, the statuses of the day's stored counts."""
    rows = HistoricalViewCount.objects.filter(recorded_date=day, service=service, isrc__in=isrcs)
    return dict(rows.values_list("isrc", "status"))


def _known(by_isrc: Mapping[str, Collection[CountReport]]) -> Known:
    isrcs = sorted(by_isrc)
    days = [figure.recorded_on for mine in by_isrc.values() for figure in mine]
    found: dict[str, dict[tuple[str, date], tuple[str, int | None]]] = {isrc: {} for isrc in isrcs}
    for at in range(0, len(isrcs), TRACKS_PER_QUERY):
        rows = HistoricalViewCount.objects.filter(
            isrc__in=isrcs[at : at + TRACKS_PER_QUERY], recorded_date__range=(min(days), max(days))
        )
        for isrc, service, day, status, count in rows.values_list(
            "isrc", "service", "recorded_date", "status", "view_count"
        ):
            found[isrc][service, day] = (status, count)
    return found


def _is_new(figure: CountReport, known: Known) -> bool:
    stored = known[figure.isrc].get((figure.service, figure.recorded_on))
    if stored is None:
        return True
    status, count = stored
    if figure.status != status:
        return RANKS[figure.status] > RANKS[Status(status)]
    return figure.view_count != count
