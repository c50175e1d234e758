"""Comparison of an export with the tables: every day that differs, and every current count that would."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from apps.counts.importing.mongo_export import ImportedCount
from apps.counts.models import HistoricalViewCount, ViewCount
from apps.counts.services import preferred_report

Key = tuple[str, str]
TRACKS_PER_QUERY = 200


@dataclass(frozen=True, slots=True)
class Checksum:
    """The number of a track's days at a service, and a digest of their counts."""

    days: int
    digest: str


@dataclass(frozen=True, slots=True)
class CountComparison:
    """A track's current count in the export and in the tables."""

    key: Key
    old: tuple[date, int] | None
    new: tuple[date, int] | None

    @property
    def is_same(self) -> bool:
        """Whether the counts are equal. The days may differ: a copy of an older count is not stored."""
        return (self.old or (None, None))[1] == (self.new or (None, None))[1]


def series_of(reported: Iterable[ImportedCount]) -> dict[Key, dict[date, ImportedCount]]:
    """One report for each track and day: the preferred one."""
    found: defaultdict[Key, dict[date, ImportedCount]] = defaultdict(dict)
    for one in reported:
        report = one.report
        days = found[report.isrc, report.service]
        known = days.get(report.recorded_on)
        if known is None or preferred_report(known.report, report) == report:
            days[report.recorded_on] = one
    return dict(found)


def differences(series: dict[Key, dict[date, ImportedCount]]) -> Iterator[str]:
    """Days that the tables lack or have with another count, and differing daily differences.

    Days that only the tables have were counted since the export, and are not listed.
    """
    for part in _parts(series):
        stored = _stored(part)
        for key in part:
            yield from _of_track(key, series[key], stored.get(key, {}))


def _of_track(
    key: Key, days: dict[date, ImportedCount], rows: dict[date, HistoricalViewCount]
) -> Iterator[str]:
    name = f"{key[0]} {key[1]}"
    known = {day: row.view_count for day, row in rows.items() if day in days}
    old, new = checksum({day: one.report.view_count for day, one in days.items()}), checksum(known)
    if old != new:
        yield f"{name}: {old.days} days, checksum {old.digest}; in the tables {new.days}, {new.digest}"
    for day in sorted(days):
        count, row = days[day].report.view_count, rows.get(day)
        if row is None:
            yield f"{name} {day}: {_shown(count)}, in the tables nothing"
        elif row.view_count != count:
            yield f"{name} {day}: {_shown(count)}, in the tables {_shown(row.view_count)}"
        elif days[day].delta is not None and row.delta_days == 1 and row.delta_count != days[day].delta:
            given, ours = days[day].delta, row.delta_count
            yield f"{name} {day}: the export gives {given} as the difference, its counts {ours}"


def count_comparisons(series: dict[Key, dict[date, ImportedCount]]) -> Iterator[CountComparison]:
    """Each track's current count in the export and in the tables."""
    for part in _parts(series):
        rows = ViewCount.objects.filter(isrc__in={isrc for isrc, _ in part})
        new = {(row.isrc, row.service): (row.last_updated.date(), row.view_count) for row in rows}
        for key in part:
            yield CountComparison(key, _newest(series[key]), new.get(key))


def _newest(days: dict[date, ImportedCount]) -> tuple[date, int] | None:
    counted = [(day, one.report.view_count) for day, one in days.items() if one.report.view_count is not None]
    return max(counted) if counted else None


def checksum(counts: dict[date, int | None]) -> Checksum:
    text = "".join(f"{day}={count};" for day, count in sorted(counts.items()))
    return Checksum(len(counts), blake2b(text.encode(), digest_size=6).hexdigest())


def _parts(series: dict[Key, dict[date, ImportedCount]]) -> Iterator[list[Key]]:
    keys = sorted(series)
    for at in range(0, len(keys), TRACKS_PER_QUERY):
        yield keys[at : at + TRACKS_PER_QUERY]


def _stored(keys: list[Key]) -> dict[Key, dict[date, HistoricalViewCount]]:
    found: defaultdict[Key, dict[date, HistoricalViewCount]] = defaultdict(dict)
    for row in HistoricalViewCount.objects.filter(isrc__in={isrc for isrc, _ in keys}):
        found[row.isrc, row.service][row.recorded_date] = row
    return dict(found)


def _shown(count: int | None) -> str:
    return "no count" if count is None else str(count)
