"""Every write of view counts: daily counts, what is derived from them, and the retention of old days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import TruncMonth

from apps.counts.cache import MARK_SECONDS, invalidate_views
from apps.counts.deltas import (
    USUAL_DAYS,
    CountedDay,
    DailyCount,
    DailyDifference,
    daily_differences,
    is_counted,
    per_day,
)
from apps.counts.models import CacheInvalidation, Flag, HistoricalViewCount, Status, ViewCount, shown_status
from apps.tracks.metadata import checked_isrc

# Two writers of one track's counts wait for each other on PostgreSQL: one of this many locks of this class.
LOCK_CLASS, LOCKS = 0x7475, 256
ROWS_PER_WRITE = 500

Key = tuple[str, str]
# Which of two reports of one day is stored: one with a count, then the later, then the greater.
_RANKS = {Status.MISSING: 0, Status.FAILED: 1, Status.STALE: 2, Status.ANOMALY: 2, Status.OK: 3}
_DERIVED = ["delta_count", "delta_days", "flag"]


@dataclass(frozen=True, slots=True)
class CountReport:
    """A service's count of a track on a day, or why it has none."""

    isrc: str
    service: str
    recorded_on: date
    counted_at: datetime
    status: Status = Status.OK
    view_count: int | None = None

    def __post_init__(self) -> None:
        if (self.view_count is None) == (self.status == Status.OK):
            raise ValueError("A report has a count if and only if its status is ok.")
        if self.view_count is not None and self.view_count < 0:
            raise ValueError("A count is never negative.")


@dataclass
class RecordedCounts:
    """The numbers of new and changed rows of history, and their tracks."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    # New and changed rows that have a count or repeat one.
    counts: int = 0
    anomalies: int = 0
    stale: int = 0
    keys: set[Key] = field(default_factory=set)


@transaction.atomic
def record_counts(reports: Iterable[CountReport]) -> RecordedCounts:
    """Stores reports of any tracks, in any order, in one transaction; a repeat changes nothing.

    Call it once for each track if one failure must not affect the others. Invalidates the cached values of
    these tracks only. Raises MetadataError for an invalid ISRC.
    """
    recorded = record_without_invalidation(reports)
    if recorded.keys:
        invalidate_views(sorted(recorded.keys))
    return recorded


@transaction.atomic
def record_without_invalidation(reports: Iterable[CountReport]) -> RecordedCounts:
    """Like `record_counts`, but the caller invalidates the cache, once for many tracks."""
    by_key: defaultdict[Key, dict[date, CountReport]] = defaultdict(dict)
    for report in reports:
        days = by_key[checked_isrc(report.isrc), report.service]
        known = days.get(report.recorded_on)
        days[report.recorded_on] = report if known is None else preferred_report(known, report)
    recorded = RecordedCounts()
    if by_key:
        _lock_writers({isrc for isrc, _ in by_key})
        _write(by_key, recorded)
    return recorded


@transaction.atomic
def delete_counts(isrcs: Collection[str]) -> None:
    """Deletes all counts of these tracks."""
    newest = ViewCount.objects.filter(isrc__in=isrcs)
    days = HistoricalViewCount.objects.filter(isrc__in=isrcs)
    keys = {*newest.values_list("isrc", "service"), *days.values_list("isrc", "service").distinct()}
    days.delete()
    newest.delete()
    invalidate_views(sorted(keys))


def _write(by_key: dict[Key, dict[date, CountReport]], recorded: RecordedCounts) -> None:
    rows = _rows_from(by_key)
    before = _counted_before(by_key)
    added: list[HistoricalViewCount] = []
    reported: list[HistoricalViewCount] = []
    rederived: list[HistoricalViewCount] = []
    newest: dict[Key, HistoricalViewCount] = {}
    for key, reports in by_key.items():
        series = {row.recorded_date: row for row in rows.get(key, [])}
        new, changed = _merged(key, reports, series)
        recorded.unchanged += len(reports) - len(new) - len(changed)
        if not new and not changed:
            continue
        ordered = [series[day] for day in sorted(series)]
        touched = _derive(ordered, before.get(key, []))
        added += new
        reported += changed
        rederived += [row for row in touched if row.pk and row not in changed]
        recorded.keys.add(key)
        if counted := [row for row in ordered if is_counted(row.view_count, row.flag)]:
            newest[key] = counted[-1]
    recorded.added += len(added)
    recorded.changed += len(reported)
    shown = [shown_status(row.status, row.flag) for row in (*added, *reported)]
    recorded.counts += sum(status in {"ok", "anomaly", "stale"} for status in shown)
    recorded.anomalies += shown.count("anomaly")
    recorded.stale += shown.count("stale")
    objects = HistoricalViewCount.objects
    objects.bulk_create(added, batch_size=ROWS_PER_WRITE)
    columns = ["view_count", "status", "counted_at", *_DERIVED]
    objects.bulk_update(reported, columns, batch_size=ROWS_PER_WRITE)
    objects.bulk_update(rederived, _DERIVED, batch_size=ROWS_PER_WRITE)
    _set_newest(recorded.keys, newest)


def _rows_from(by_key: dict[Key, dict[date, CountReport]]) -> dict[Key, list[HistoricalViewCount]]:
    """The stored rows since each track's first reported day; only these may change."""
    found: defaultdict[Key, list[HistoricalViewCount]] = defaultdict(list)
    first = min(day for days in by_key.values() for day in days)
    stored = HistoricalViewCount.objects.filter(
        isrc__in={isrc for isrc, _ in by_key}, recorded_date__gte=first
    )
    for row in stored.order_by("recorded_date"):
        key = (row.isrc, row.service)
        if key in by_key and row.recorded_date >= min(by_key[key]):
            found[key].append(row)
    return found


def _counted_before(by_key: dict[Key, dict[date, CountReport]]) -> dict[Key, list[CountedDay]]:
    """Each track's last counted days before its first reported day, oldest first."""
    known = set(
        ViewCount.objects.filter(isrc__in={isrc for isrc, _ in by_key}).values_list("isrc", "service")
    )
    return {key: _last_counted(key, min(days)) for key, days in by_key.items() if key in known}


def _last_counted(key: Key, before: date) -> list[CountedDay]:
    isrc, service = key
    rows = (
        HistoricalViewCount.objects.filter(
            isrc=isrc, service=service, recorded_date__lt=before, view_count__isnull=False
        )
        .exclude(flag=Flag.STALE)
        .order_by("-recorded_date")
        .values_list("recorded_date", "view_count", "delta_count", "delta_days", "flag")[: USUAL_DAYS + 1]
    )
    return [
        CountedDay(day, count, per_day(delta, days), is_anomaly=bool(flag))
        for day, count, delta, days, flag in reversed(rows)
        if count is not None
    ]


def _merged(
    key: Key, reports: dict[date, CountReport], series: dict[date, HistoricalViewCount]
) -> tuple[list[HistoricalViewCount], list[HistoricalViewCount]]:
    """Puts the reports into the series; returns the new and the changed rows."""
    new, changed = [], []
    for day, report in reports.items():
        row = series.get(day)
        if row is None:
            row = series[day] = HistoricalViewCount(isrc=key[0], service=key[1], recorded_date=day)
            new.append(row)
        elif preferred_report(_report_of(row), report) == _report_of(row):
            continue
        else:
            changed.append(row)
        row.status, row.view_count, row.counted_at = report.status, report.view_count, report.counted_at
    return new, changed


def preferred_report(one: CountReport, other: CountReport) -> CountReport:
    """The result does not depend on the order of arrival."""
    return max(
        one, other, key=lambda report: (_RANKS[report.status], report.counted_at, report.view_count or 0)
    )


def _report_of(row: HistoricalViewCount) -> CountReport:
    return CountReport(
        row.isrc, row.service, row.recorded_date, row.counted_at, Status(row.status), row.view_count
    )


def _derive(
    ordered: Sequence[HistoricalViewCount], before: Sequence[CountedDay]
) -> list[HistoricalViewCount]:
    """The rows whose derived columns change."""
    counts = [DailyCount(row.recorded_date, row.view_count) for row in ordered]
    touched = []
    for row, result in zip(ordered, daily_differences(counts, before), strict=True):
        if DailyDifference(row.delta_count, row.delta_days, row.flag) != result:
            row.delta_count, row.delta_days, row.flag = result.delta, result.delta_days, result.flag
            touched.append(row)
    return touched


def _set_newest(keys: Iterable[Key], newest: dict[Key, HistoricalViewCount]) -> None:
    """Sets each track's current count to its last plausible one, if it differs."""
    stored = {
        (row.isrc, row.service): row for row in ViewCount.objects.filter(isrc__in={isrc for isrc, _ in keys})
    }
    added, changed = [], []
    for key in keys:
        last, row = newest.get(key) or _newest_stored(key), stored.get(key)
        if last is None or last.view_count is None:
            continue
        if row is None:
            added.append(
                ViewCount(
                    isrc=key[0], service=key[1], view_count=last.view_count, last_updated=last.counted_at
                )
            )
        elif (row.view_count, row.last_updated) != (last.view_count, last.counted_at):
            row.view_count, row.last_updated = last.view_count, last.counted_at
            changed.append(row)
    ViewCount.objects.bulk_create(added, batch_size=ROWS_PER_WRITE)
    ViewCount.objects.bulk_update(changed, ["view_count", "last_updated"], batch_size=ROWS_PER_WRITE)


def _newest_stored(key: Key) -> HistoricalViewCount | None:
    """Needed only if none of the reported days has a plausible count."""
    counted = HistoricalViewCount.objects.filter(isrc=key[0], service=key[1], view_count__isnull=False)
    return counted.filter(flag=Flag.NONE).order_by("-recorded_date").first()


def _lock_writers(isrcs: Iterable[str]) -> None:
    """Locks these tracks until the transaction ends. SQLite has one writer at a time anyway."""
    if connection.vendor != "postgresql":
        return
    locks = sorted({crc32(isrc.encode()) % LOCKS for isrc in isrcs})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, lock) FROM unnest(%s::int[]) AS lock", [LOCK_CLASS, locks]
        )


# --- Retention ---------------------------------------------------------------------------------------


DAYS_KEPT = 365
TRACKS_PER_QUERY = 200


@dataclass(frozen=True, slots=True)
class DownsampleResult:
    """The numbers of deleted days and cache invalidations."""

    days: int
    invalidations: int


def downsample_history(*, now: datetime) -> DownsampleResult:
    """Keeps one day, the last counted, of each month that ended over a year ago. Safe to repeat or kill."""
    first_kept = (now.date() - timedelta(days=DAYS_KEPT)).replace(day=1)
    old = HistoricalViewCount.objects.filter(recorded_date__lt=first_kept)
    isrcs = list(old.order_by("isrc").values_list("isrc", flat=True).distinct())
    groups = (isrcs[at : at + TRACKS_PER_QUERY] for at in range(0, len(isrcs), TRACKS_PER_QUERY))
    days = sum(_downsample(group, first_kept) for group in groups)
    invalidations, _ = CacheInvalidation.objects.filter(
        dropped_at__lt=now - 2 * timedelta(seconds=MARK_SECONDS)
    ).delete()
    return DownsampleResult(days, invalidations)


@transaction.atomic
def _downsample(isrcs: list[str], first_kept: date) -> int:
    """Recomputes the differences between the remaining days."""
    old = HistoricalViewCount.objects.filter(isrc__in=isrcs, recorded_date__lt=first_kept)
    counted = old.filter(view_count__isnull=False, flag=Flag.NONE)
    last = counted.annotate(month=TruncMonth("recorded_date")).values("isrc", "service", "month")
    retained = {
        (isrc, service, day)
        for isrc, service, day in last.annotate(last=Max("recorded_date")).values_list(
            "isrc", "service", "last"
        )
    }
    rows = list(old.order_by("isrc", "service", "recorded_date"))
    gone = [row.pk for row in rows if (row.isrc, row.service, row.recorded_date) not in retained]
    for at in range(0, len(gone), 500):
        HistoricalViewCount.objects.filter(pk__in=gone[at : at + 500]).delete()
    if gone:
        _recompute_deltas([row for row in rows if (row.isrc, row.service, row.recorded_date) in retained])
    return len(gone)


def _recompute_deltas(rows: list[HistoricalViewCount]) -> None:
    series: dict[tuple[str, str], list[HistoricalViewCount]] = {}
    for row in rows:
        series.setdefault((row.isrc, row.service), []).append(row)
    for ordered in series.values():
        results = daily_differences([DailyCount(row.recorded_date, row.view_count) for row in ordered])
        for row, result in zip(ordered, results, strict=True):
            row.delta_count, row.delta_days = result.delta, result.delta_days
    HistoricalViewCount.objects.bulk_update(rows, ["delta_count", "delta_days"], batch_size=500)
