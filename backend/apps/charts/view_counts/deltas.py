"""What follows from a track's figures, day by day: differences and anomalies. Knows no database.

It depends on the figures alone and not on the order in which they came, so it may be reckoned anew. A figure
is compared with the last plausible one. After an anomaly the next is plausible if it goes on from either:
so one wrong figure casts no doubt on those that follow, and a correction is accepted a day later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

# How many of the latest days say what this track usually does.
USUAL_DAYS = 14
# Fewer say nothing about what is usual. That not one play was counted is odd after one good day already.
LEAST_DAYS = 3
# A day with so many times the usual is a jump; smaller ones are hits that took off, which charts are about.
JUMP_FACTOR = 10
# Below this many a day a jump is noise, and an unchanged figure nothing odd.
LEAST_JUMP = 1_000
LEAST_USUAL_FOR_STALE = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """A day's figure as it was reported; None where there is none."""

    day: date
    count: int | None


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows for one day: the difference to the last day counted, so many days before."""

    delta: int | None = None
    delta_days: int | None = None
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A day that was counted: its figure, and how many a day came since the one before."""

    day: date
    count: int
    per_day: float | None
    is_anomaly: bool = False


def is_counted(count: int | None, flag: str) -> bool:
    """Whether the figure may be compared: it was taken on its own day, and is plausible."""
    return count is not None and not flag


def derived(figures: Iterable[Figure], before: Sequence[Counted] = ()) -> list[Derived]:
    """For each of the figures, in the order of their days.

    `before`: the days counted before them, as many as there are up to USUAL_DAYS + 1, oldest first.
    """
    known = list(before)
    found = []
    for figure in figures:
        result = _of_day(figure, known)
        found.append(result)
        if figure.count is not None and result.flag != "stale":
            rate = per_day(result.delta, result.delta_days)
            known.append(Counted(figure.day, figure.count, rate, is_anomaly=bool(result.flag)))
    return found


def per_day(delta: int | None, delta_days: int | None) -> float | None:
    return None if delta is None or not delta_days else delta / delta_days


def _of_day(figure: Figure, known: Sequence[Counted]) -> Derived:
    if figure.count is None or not known:
        return Derived()
    last = known[-1]
    if figure.count == last.count and (usual_per_day(known, least=1) or 0) >= LEAST_USUAL_FOR_STALE:
        return Derived(flag="stale")
    plausible = next((one for one in reversed(known) if not one.is_anomaly), last)
    result = _since(plausible, figure.day, figure.count, known)
    if result.flag and last.is_anomaly and figure.count > last.count:
        confirmed = _since(last, figure.day, figure.count, known)
        return result if confirmed.flag else confirmed
    return result


def _since(before: Counted, day: date, count: int, known: Sequence[Counted]) -> Derived:
    delta, days = count - before.count, (day - before.day).days
    return Derived(delta, days, _anomaly(delta, delta / days, usual_per_day(known)))


def _anomaly(delta: int, rate: float, usual: float | None) -> str:
    if delta < 0:
        return "fell"
    if usual is None:
        return ""
    # Of a day: after days that were not counted, what came meanwhile is no jump.
    return "jumped" if rate >= LEAST_JUMP and rate > JUMP_FACTOR * max(usual, 1) else ""


def usual_per_day(known: Sequence[Counted], *, least: int = LEAST_DAYS) -> float | None:
    """What this track got a day lately; None as long as fewer days are known."""
    rates = [one.per_day for one in known[-USUAL_DAYS:] if one.per_day is not None]
    return median(rates) if len(rates) >= least else None
