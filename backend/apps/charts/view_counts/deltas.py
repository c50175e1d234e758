"""What follows from a track's figures, day by day: differences and anomalies. Knows no database.

It depends on the figures alone and not on the order in which they came, so it may be reckoned anew. A figure
is compared with the last plausible one. After an anomaly the next is plausible if it goes on from either:
so one wrong figure casts no doubt on those that follow, and a correction is accepted a day later.
A figure that goes on from an anomaly begins a new level: it has no difference, nor have changes across it.
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
# The same, of the figure before, where nothing is usual yet.
FIRST_JUMP_FACTOR = 50
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


def begins_level(count: int | None, delta: int | None, flag: str) -> bool:
    """Whether the figure is plausible, and not to be compared with those before it: also the first of all."""
    return is_counted(count, flag) and delta is None


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
    if last.is_anomaly and figure.count > last.count and (result.flag or plausible is last):
        return result if _since(last, figure.day, figure.count, known).flag else Derived()
    return result


def _since(before: Counted, day: date, count: int, known: Sequence[Counted]) -> Derived:
    delta, days = count - before.count, (day - before.day).days
    usual = usual_per_day(known)
    most = FIRST_JUMP_FACTOR * before.count if usual is None else JUMP_FACTOR * max(usual, 1)
    # A few plays of the first hours say nothing.
    is_known = usual is not None or before.count >= LEAST_JUMP
    return Derived(delta, days, _anomaly(delta, delta / days, most if is_known else None))


def _anomaly(delta: int, rate: float, most: float | None) -> str:
    """`rate` and `most` are of a day: after days that were not counted, what came meanwhile is no jump."""
    if delta < 0:
        return "fell"
    return "jumped" if most is not None and rate >= LEAST_JUMP and rate > most else ""


def usual_per_day(known: Sequence[Counted], *, least: int = LEAST_DAYS) -> float | None:
    """What this track got a day lately; None as long as fewer days are known."""
    rates = [one.per_day for one in known[-USUAL_DAYS:] if one.per_day is not None]
    return median(rates) if len(rates) >= least else None
