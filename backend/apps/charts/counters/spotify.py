"""Spotify's figures: its API tells none, so they come as dated tables, or not at all."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from apps.charts.candidates import Name, candidates
from apps.charts.counters.figures import counted_at
from apps.charts.counters.tables import CountRow
from apps.charts.counting import Counting
from apps.charts.genres import MusicService
from apps.charts.matching import match
from apps.charts.view_counts.services import DayFigure
from apps.charts.view_counts.words import Status

SERVICE = MusicService.SPOTIFY


@dataclass(slots=True)
class Told:
    """What tables say: totals by ISRC and day. `has_failed`: one of them could not be had."""

    totals: dict[tuple[str, date], int] = field(default_factory=dict)
    has_failed: bool = False


def totals_in(rows: Sequence[CountRow]) -> dict[tuple[str, date], int]:
    """Of rows whose track is known for sure; of two rows of one track and day the surer one's."""
    matched = _matched({(row.title, row.artist) for row in rows})
    found: dict[tuple[str, date], tuple[float, int]] = {}
    for row in rows:
        isrc, score = matched.get((row.title, row.artist), ("", 0.0))
        if isrc:
            key = (isrc, row.day)
            found[key] = max(found.get(key, (0.0, 0)), (score, row.total))
    return {key: total for key, (_, total) in found.items()}


def _matched(names: Collection[Name]) -> Mapping[Name, tuple[str, float]]:
    among = candidates(names)
    best = {name: match(*name, among[name]) for name in names}
    return {name: (one.recording.key, one.score) for name, one in best.items() if one and one.is_sure}


def figures_of(told: Told, wanted: Mapping[date, Iterable[str]], counting: Counting) -> Iterator[DayFigure]:
    """All that the tables say of tracks; what they don't say of a wanted one is missing, or failed."""
    for (isrc, day), total in told.totals.items():
        if day <= counting.now.date():
            yield DayFigure(isrc, SERVICE, day, counted_at(day, counting.now), view_count=total)
    status = Status.FAILED if told.has_failed else Status.MISSING
    for day, isrcs in wanted.items():
        for isrc in isrcs:
            if (isrc, day) not in told.totals:
                yield DayFigure(isrc, SERVICE, day, counted_at(day, counting.now), status)
