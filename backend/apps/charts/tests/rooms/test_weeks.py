"""Weeks as ISO 8601 numbers them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.charts.rooms.serializers import week_asked_for
from apps.charts.rooms.weeks import Week
from core.errors import InvalidInput

TODAY = date(2025, 12, 4)


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


@pytest.mark.parametrize(
    "text",
    [
        *("", "2025", "2025-49", "2025-w49", "2025-W9", "2025-W00", "2025-W54", "2021-W53", "0000-W01"),
        *("0001-W01", "1979-W10", "2025-W50", "9999-W52", " 2025-W49", "2025-W49\n", "²025-W49", "٢٠٢٥-W49"),
        "2025-W49\x00",
    ],
)
def test_what_is_no_week_or_lies_ahead_is_refused(text: str):
    with pytest.raises(InvalidInput) as refused:
        week_asked_for(text, today=TODAY)

    assert list(refused.value.details) == ["week"]


def test_without_one_it_is_this_week():
    assert str(week_asked_for(None, today=TODAY)) == "2025-W49"
    assert week_asked_for("2025-W49", today=TODAY) == Week.of(TODAY)
