"""Daily differences and anomalies, derived from a track's counts. Pure: without a database.

They depend only on the counts, not on the order of their arrival, so they can be recomputed. A count is
compared with the last plausible one. After an anomaly, the next count is plausible if it continues either the
anomaly or the last plausible count. So one wrong count does not make the following ones suspicious, and a
correction is accepted a day later. A count that continues an anomaly begins a new level: it has no
difference, and no change is computed across it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

# The latest days, from which the usual growth of a track is computed.
USUAL_DAYS = 14
# Fewer days show no usual growth. An unchanged count is suspicious after only one good day.
MIN_DAYS = 3
# A day with this many times the usual growth is a jump; less than that may be a real hit.
JUMP_FACTOR = 10
# Without usual growth, a jump is this many times the previous count, after any number of days: real tracks
# grew up to 13 times within their first week. Smaller previous counts are taken as FIRST_FEW.
FIRST_JUMP_FACTOR, FIRST_FEW = 50, 2_000
# In plays a day: a smaller jump is noise; with less usual growth an unchanged count is no anomaly.
MIN_JUMP = 1_000
MIN_USUAL_FOR_STALE = 50


@dataclass(frozen=True, slots=True)
class DailyCount:
    """A day's count as it was reported; None without one."""

    day: date
    count: int | None


@dataclass(frozen=True, slots=True)
class DailyDifference:
    """The derived values of one day: the difference to an earlier count, `delta_days` before."""

    delta: int | None = None
    delta_days: int | None = None
    flag: str = ""


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day with a count, and the growth per day since the count before."""

    day: date
    count: int
    per_day: float | None
    is_anomaly: bool = False


def begins_level(count: int | None, delta: int | None, flag: str) -> bool:
    """Whether the count is plausible, but not comparable with earlier ones, such as the first of all."""
    return is_counted(count, flag) and delta is None


def is_counted(count: int | None, flag: str) -> bool:
    """Whether the count can be compared with others: it exists, and is plausible."""
    return count is not None and not flag


def daily_differences(
    counts: Iterable[DailyCount], before: Sequence[CountedDay] = ()
) -> list[DailyDifference]:
    """The differences and flags of each count, in the order of days.

    `before`: up to USUAL_DAYS + 1 earlier days with counts, oldest first.
    """
    known = list(before)
    found = []
    for daily in counts:
        result = _of_day(daily, known)
        found.append(result)
        if daily.count is not None and result.flag != "stale":
            rate = per_day(result.delta, result.delta_days)
            known.append(CountedDay(daily.day, daily.count, rate, is_anomaly=bool(result.flag)))
    return found


def per_day(delta: int | None, delta_days: int | None) -> float | None:
    return None if delta is None or not delta_days else delta / delta_days


def _of_day(daily: DailyCount, known: Sequence[CountedDay]) -> DailyDifference:
    if daily.count is None or not known:
        return DailyDifference()
    last = known[-1]
    if daily.count == last.count and (usual_per_day(known, least=1) or 0) >= MIN_USUAL_FOR_STALE:
        return DailyDifference(flag="stale")
    plausible = next((one for one in reversed(known) if not one.is_anomaly), last)
    result = _since(plausible, daily.day, daily.count, known)
    if last.is_anomaly and daily.count > last.count and (result.flag or plausible is last):
        return result if _since(last, daily.day, daily.count, known).flag else DailyDifference()
    return result


def _since(before: CountedDay, day: date, count: int, known: Sequence[CountedDay]) -> DailyDifference:
    delta, days = count - before.count, (day - before.day).days
    if delta < 0:
        return DailyDifference(delta, days, "fell")
    usual = usual_per_day(known)
    if usual is None:
        is_jump = delta > FIRST_JUMP_FACTOR * max(before.count, FIRST_FEW)
    else:
        # Per day: the growth over several days without counts is no jump.
        is_jump = delta / days >= MIN_JUMP and delta / days > JUMP_FACTOR * max(usual, 1)
    return DailyDifference(delta, days, "jumped" if is_jump else "")


def usual_per_day(known: Sequence[CountedDay], *, least: int = MIN_DAYS) -> float | None:
    """The median of the track's latest growth per day; None with fewer than `least` days."""
    rates = [one.per_day for one in known[-USUAL_DAYS:] if one.per_day is not None]
    return median(rates) if len(rates) >= least else None
