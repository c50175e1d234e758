"""Spotify's counts, from tables by date, because its API has none."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from apps.charts.counters.csv_tables import CountRow
from apps.charts.counters.daily_counts import Counting, counted_at
from apps.charts.genres import MusicService
from apps.charts.matching import only_probable, ranked
from apps.charts.matching.candidate_index import Name, candidates
from apps.counts.models import Status
from apps.counts.services import CountReport

SERVICE = MusicService.SPOTIFY


@dataclass(slots=True)
class TableTotals:
    """Totals of tables by ISRC and day; None if tables contradict each other.

    `has_failed`: a table could not be fetched.
    """

    totals: dict[tuple[str, date], int | None] = field(default_factory=dict)
    has_failed: bool = False

    def add(self, totals: Mapping[tuple[str, date], int | None]) -> None:
        for key, total in totals.items():
            self.totals[key] = total if self.totals.get(key, total) == total else None


def totals_in(rows: Sequence[CountRow]) -> dict[tuple[str, date], int | None]:
    """Totals of rows whose track is certain; of two rows for a track and day, the one that matches better."""
    matched = _matched({(row.title, row.artist) for row in rows})
    found: dict[tuple[str, date], tuple[float, set[int]]] = {}
    for row in rows:
        isrc, score = matched.get((row.title, row.artist), ("", 0.0))
        if not isrc:
            continue
        best, totals = found.setdefault((isrc, row.day), (score, set()))
        if score > best:
            found[isrc, row.day] = (score, {row.total})
        elif score == best:
            totals.add(row.total)
    return {key: next(iter(totals)) if len(totals) == 1 else None for key, (_, totals) in found.items()}


def _matched(names: Collection[Name]) -> Mapping[Name, tuple[str, float]]:
    """The tracks of names. Probable matches are used only if the table has no other name for the track."""
    among = candidates(names)
    alike = {name: ranked(*name, among[name]) for name in names}
    sure = {name: some[0] for name, some in alike.items() if some and some[0].is_sure}
    probable = {name: one for name in alike.keys() - sure.keys() if (one := only_probable(alike[name]))}
    named = Counter(one.recording.key for one in (*sure.values(), *probable.values()))
    probable = {name: one for name, one in probable.items() if named[one.recording.key] == 1}
    return {name: (one.recording.key, one.score) for name, one in (sure | probable).items()}


def count_reports(
    tables: TableTotals, wanted: Mapping[date, Iterable[str]], counting: Counting
) -> Iterator[CountReport]:
    """All totals of the tables; wanted tracks without one are missing, or failed if a table failed."""
    for (isrc, day), total in tables.totals.items():
        if day <= counting.now.date():
            given = Status.ANOMALY if total is None else Status.OK
            yield CountReport(isrc, SERVICE, day, counted_at(day, counting.now), given, total)
    status = Status.FAILED if tables.has_failed else Status.MISSING
    for day, isrcs in wanted.items():
        for isrc in isrcs:
            if (isrc, day) not in tables.totals:
                yield CountReport(isrc, SERVICE, day, counted_at(day, counting.now), status)
