"""Quarters of an hour: the grain in which time is counted. Every zone's days and hours are made of them.

Since 1980 no zone has been off UTC by anything but whole quarters, so counts by quarter serve them all, those
with half hours, three quarters and daylight saving too. Until 2011 a few, such as America/St_Johns, changed
their clocks a minute after midnight: there the 14 minutes after that count by the previous clock.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

QUARTER_SECONDS = 15 * 60
QUARTERS_A_DAY = 96
# Before this some zones were off by odd minutes; and no player reported activities over HTTP.
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)


class UnknownZone(ValueError):
    """There is no time zone of that name."""


def quarter_of(moment: datetime) -> int:
    """The number of the quarter of an hour that `moment` lies in, counted from the beginning of 1970."""
    return int(moment.timestamp() // QUARTER_SECONDS)


def local_time(quarter: int, zone: ZoneInfo) -> datetime:
    """When the quarter begins, by the clocks of the zone."""
    return datetime.fromtimestamp(quarter * QUARTER_SECONDS, zone)


def day_of(moment: datetime) -> int:
    """The number of the UTC day, counted from the beginning of 1970."""
    return quarter_of(moment) // QUARTERS_A_DAY


def date_of(day: int) -> date:
    return _FIRST_DAY + timedelta(days=day)


def beginning_of(day: int) -> datetime:
    return datetime.combine(date_of(day), time(), UTC)


def quarters_of(day: int) -> range:
    """Those of the UTC day."""
    return range(day * QUARTERS_A_DAY, (day + 1) * QUARTERS_A_DAY)


def zone_named(name: str) -> ZoneInfo:
    """A zone of the IANA database, such as Europe/Berlin. Raises UnknownZone."""
    if name not in _zone_names():
        raise UnknownZone(name)
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    """Read once: they are several hundred files."""
    return frozenset(available_timezones())
