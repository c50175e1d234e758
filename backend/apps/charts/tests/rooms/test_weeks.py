"""Weeks as ISO 8601 numbers them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.charts.rooms.weeks import Week


@given(day=st.dates(date(1980, 1, 7), date(2100, 1, 1)))
def test_a_week_has_seven_days_and_one_name(day: date):
    week = Week.of(day)

    assert week.begins_on <= day <= week.ends_on
    assert (week.ends_on - week.begins_on).days == 6
    assert Week.written(str(week)) == week
    assert week.before().ends_on < week.begins_on
    assert Week.of(week.ends_on) == week != Week.of(week.is_over_at.date())


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2025-W49", date(2025, 12, 1)),
        ("2020-W53", date(2020, 12, 28)),
        ("2026-W01", date(2025, 12, 29)),  # the new year's first week begins in the old one
    ],
)
def test_weeks_are_those_of_the_calendar(text: str, monday: date):
    assert Week.written(text).begins_at == datetime.combine(monday, datetime.min.time(), UTC)
