"""Quarters of an hour: the arithmetic, and that every zone's days are made of whole ones."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest

from apps.analytics.quarters import (
    EARLIEST,
    date_of,
    day_of,
    local_time,
    quarter_of,
    quarters_of,
)

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 14, 59, 999_999, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 15, tzinfo=UTC), 1),
        (datetime(1970, 1, 2, 1, tzinfo=timezone(timedelta(hours=1))), 96),
    ],
)
def test_quarter_of_a_moment(moment: datetime, quarter: int):
    assert quarter_of(moment) == quarter


def test_days_and_their_quarters():
    day = day_of(datetime(2025, 12, 4, 23, 59, tzinfo=UTC))

    assert date_of(day) == date(2025, 12, 4)
    assert quarters_of(day)[0] == quarter_of(datetime(2025, 12, 4, tzinfo=UTC))
    assert quarters_of(day)[-1] == quarter_of(datetime(2025, 12, 4, 23, 45, tzinfo=UTC))
    assert local_time(quarters_of(day)[0], ZoneInfo("Asia/Kolkata")).isoformat()[:16] == "2025-12-04T05:30"


def test_since_the_earliest_moment_no_zone_is_off_by_anything_but_whole_quarters():
    months = [datetime(year, month, 15, tzinfo=UTC) for year in range(1980, 2040) for month in range(1, 13)]

    odd = {
        (name, month.year)
        for name in available_timezones()
        for month in [EARLIEST, *months]
        if (month.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)) % QUARTER
    }

    assert odd == set()
