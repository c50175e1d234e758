"""Buckets of 15 minutes (quarters), from which days and hours of every time zone are summed.

Since 1980, every time zone's offset from UTC is a multiple of 15 minutes, also with daylight saving time.
Until 2011 a few zones, such as America/St_Johns, changed their clocks a minute after midnight. There, the
following 14 minutes are counted by the previous offset.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

QUARTER_SECONDS = 15 * 60
QUARTERS_A_DAY = 96
# Before 1980, some offsets were not multiples of 15 minutes.
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)


class UnknownZone(ValueError):
    """No time zone has this name."""


def quarter_of(moment: datetime) -> int:
    """The number of the quarter that contains `moment`, counted from the beginning of 1970."""
    return int(moment.timestamp() // QUARTER_SECONDS)


def local_time(quarter: int, zone: ZoneInfo) -> datetime:
    """The beginning of the quarter in local time."""
    return datetime.fromtimestamp(quarter * QUARTER_SECONDS, zone)


def day_of(moment: datetime) -> int:
    """The number of the UTC day, counted from the beginning of 1970."""
    return quarter_of(moment) // QUARTERS_A_DAY


def date_of(day: int) -> date:
    return _FIRST_DAY + timedelta(days=day)


def beginning_of(day: int) -> datetime:
    return datetime.combine(date_of(day), time(), UTC)


def quarters_of(day: int) -> range:
    """The quarters of a UTC day."""
    return range(day * QUARTERS_A_DAY, (day + 1) * QUARTERS_A_DAY)


def zone_named(name: str) -> ZoneInfo:
    """A zone of the IANA database, such as Europe/Berlin. Raises UnknownZone."""
    if name not in _zone_names():
        raise UnknownZone(name)
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    """Cached, because reading them opens several hundred files."""
    return frozenset(available_timezones())
