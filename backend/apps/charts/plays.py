"""What charts say of plays and views. Where nothing was counted, a figure is not known: None, and never 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from apps.charts.view_counts.words import CountStatus

CHANGE_DAYS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class PlaysOfDay:
    """What became of a service's figure on the day asked for, and of which day its last plausible one is.

    `in_change`: the changes, by their days, that include the service.
    """

    status: CountStatus
    counted_on: date | None = None
    in_change: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plays:
    """Of one track, as of a day: by service, in all, and how much more that is than so many days before."""

    by_service: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    change: Mapping[int, int | None] = field(default_factory=dict)
    days: Mapping[str, PlaysOfDay] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trend:
    """A track's change over a week, of the services that are `ok` in `counts`."""

    isrc: str
    change: int
    counts: Mapping[str, CountStatus]


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day's figure. `status` is `ok`, `anomaly`, `stale`, `failed` or `missing`."""

    day: date
    count: int | None
    delta: int | None
    status: CountStatus


@dataclass(frozen=True, slots=True)
class CountHistory:
    """Of one track at one service."""

    current: int | None
    last_updated: datetime | None
    days: Sequence[DayCount] = ()
