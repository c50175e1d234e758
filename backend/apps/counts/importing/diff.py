"""Comparison of an export with the tables: every day that differs, and every current count that would."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from apps.counts.importing.mongo_export import Reported
from apps.counts.models import HistoricalViewCount, ViewCount
from apps.counts.services import stays

Key = tuple[str, str]
TRACKS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Checksum:
    """Of a track at a service: how many days, and a digest of what was counted on which."""

    days: int
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered for a track's current count, before and after the switch."""

    key: Key
    old: tuple[date, int] | None
    new: tuple[date, int] | None

    @property
    def is_same(self) -> bool:
        """The day may be another: a copy of the figure before is not counted here."""
        return (self.old or (None, None))[1] == (self.new or (None, None))[1]


def series_of(reported: Iterable[Reported]) -> dict[Key, dict[date, Reported]]:
    """Of several figures of a day the one that stays."""
    found: defaultdict[Key, dict[date, Reported]] = defaultdict(dict)
    for one in reported:
        figure = one.figure
        days = found[figure.isrc, figure.service]
        known = days.get(figure.recorded_on)
        if known is None or stays(known.figure, figure) == figure:
            days[figure.recorded_on] = one
    return dict(found)


def differences(series: dict[Key, dict[date, Reported]]) -> Iterator[str]:
    """Every day that the tables lack or have with another count, and every other difference between days.

    Days that only the tables have are those counted since, and are none.
    """
    for part in _parts(series):
        stored = _stored(part)
        for key in part:
            yield from _of_track(key, series[key], stored.get(key, {}))


def _of_track(key: Key, days: dict[date, Reported], rows: dict[date, HistoricalViewCount]) -> Iterator[str]:
    name = f"{key[0]} {key[1]}"
    known = {day: row.view_count for day, row in rows.items() if day in days}
    old, new = checksum({day: one.figure.view_count for day, one in days.items()}), checksum(known)
    if old != new:
        yield f"{name}: {old.days} days, checksum {old.digest}; in the tables {new.days}, {new.digest}"
    for day in sorted(days):
        count, row = days[day].figure.view_count, rows.get(day)
        if row is None:
            yield f"{name} {day}: {_shown(count)}, in the tables nothing"
        elif row.view_count != count:
            yield f"{name} {day}: {_shown(count)}, in the tables {_shown(row.view_count)}"
        elif days[day].delta is not None and row.delta_days == 1 and row.delta_count != days[day].delta:
            given, ours = days[day].delta, row.delta_count
            yield f"{name} {day}: the export gives {given} as the difference, its counts {ours}"


def answers(series: dict[Key, dict[date, Reported]]) -> Iterator[Answer]:
    """Of each track the current count that the export gives, and that of the tables."""
    for part in _parts(series):
        rows = ViewCount.objects.filter(isrc__in={isrc for isrc, _ in part})
        new = {(row.isrc, row.service): (row.last_updated.date(), row.view_count) for row in rows}
        for key in part:
            yield Answer(key, _newest(series[key]), new.get(key))


def _newest(days: dict[date, Reported]) -> tuple[date, int] | None:
    counted = [(day, one.figure.view_count) for day, one in days.items() if one.figure.view_count is not None]
    return max(counted) if counted else None


def checksum(counts: dict[date, int | None]) -> Checksum:
    text = "".join(f"{day}={count};" for day, count in sorted(counts.items()))
    return Checksum(len(counts), blake2b(text.encode(), digest_size=6).hexdigest())


def _parts(series: dict[Key, dict[date, Reported]]) -> Iterator[list[Key]]:
    keys = sorted(series)
    for at in range(0, len(keys), TRACKS_AT_ONCE):
        yield keys[at : at + TRACKS_AT_ONCE]


def _stored(keys: list[Key]) -> dict[Key, dict[date, HistoricalViewCount]]:
    found: defaultdict[Key, dict[date, HistoricalViewCount]] = defaultdict(dict)
    for row in HistoricalViewCount.objects.filter(isrc__in={isrc for isrc, _ in keys}):
        found[row.isrc, row.service][row.recorded_date] = row
    return dict(found)


def _shown(count: int | None) -> str:
    return "no figure" if count is None else str(count)
