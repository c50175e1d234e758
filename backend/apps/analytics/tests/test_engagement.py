"""One person's figures, by the days and hours of any zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.analytics.models import Activity
from apps.analytics.payloads import EngagementPayload
from apps.analytics.rollups import EARLIEST
from apps.analytics.selectors import engagement_of
from apps.analytics.tests.reports import report
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from apps.users.models import User

BERLIN, NEW_YORK = map(ZoneInfo, ("Europe/Berlin", "America/New_York"))


def by_day(figures: EngagementPayload) -> dict[str, int]:
    return {str(one.date): one.count for one in figures.by_day}


def by_hour(figures: EngagementPayload) -> dict[int, int]:
    return {hour: count for hour, count in enumerate(figures.by_hour) if count}


def figures_of(user: User, zone: ZoneInfo = ZoneInfo("UTC"), *, now: datetime) -> EngagementPayload:  # noqa: B008
    return engagement_of(user.pk, now=now, zone=zone)


def test_statistics_of_a_user_without_activities_are_empty(ada: User, halo: Track, now: datetime):
    figures = figures_of(ada, now=now)

    assert (figures.user_id, figures.activities, figures.activities_7d) == (ada.pk, 0, 0)
    assert (figures.like_rate, figures.skip_rate) == (None, None)
    assert (figures.top_artists, figures.top_genres, figures.top_tracks, figures.by_day) == ([], [], [], [])
    assert figures.by_hour == [0] * 24
    report(ada, halo, "like", at=now)
    assert figures_of(ada, now=now).like_rate is None  # without a play


def test_the_week_begins_in_the_users_time_zone(ada: User, halo: Track):
    """At 23:30 UTC on the 10th it is the 11th in Berlin, whose week begins on the 5th there."""
    report(ada, halo, at=datetime(2025, 12, 4, 22, 59, tzinfo=UTC))
    now = datetime(2025, 12, 10, 23, 30, tzinfo=UTC)

    assert figures_of(ada, now=now).activities_7d == 1
    assert figures_of(ada, BERLIN, now=now).activities_7d == 0


@pytest.mark.parametrize(
    ("zone", "day", "hours", "of_hour_2"),
    [
        (BERLIN, date(2025, 3, 30), 23, 0),  # the clocks go from 2 to 3
        (BERLIN, date(2025, 10, 26), 25, 8),  # from 3 back to 2: the hour is there twice
        (BERLIN, date(2025, 6, 1), 24, 4),
        (NEW_YORK, date(2025, 11, 2), 25, 4),
    ],
)
def test_days_with_a_change_of_summer_time_are_complete(
    ada: User, halo: Track, zone: ZoneInfo, day: date, hours: int, of_hour_2: int
):
    begin = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    for quarter in range(-4, 4 * hours + 4):
        report(ada, halo, at=begin + timedelta(minutes=15 * quarter, seconds=899))

    figures = figures_of(ada, zone, now=begin + timedelta(days=2))

    assert by_day(figures)[str(day)] == 4 * hours
    assert figures.by_hour[2] == of_hour_2


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]
)
MOMENTS = st.datetimes(datetime(1980, 1, 2), datetime(2025, 12, 4), timezones=st.just(UTC))


class Figures(TestCase):
    @given(zone=ZONES.map(ZoneInfo), moments=st.lists(MOMENTS, min_size=1, max_size=8))
    def test_statistics_in_any_time_zone_equal_a_recount(self, zone: ZoneInfo, moments: list[datetime]):
        ada, halo = User.objects.create_user("ada"), Track.described_by(TrackMetadata("Halo", "Beyoncé"))
        halo.save()
        for moment in moments:
            report(ada, halo, at=moment)

        figures = figures_of(ada, zone, now=datetime(2025, 12, 4, tzinfo=UTC))

        local = [at.astimezone(zone) for at in Activity.objects.values_list("occurred_at", flat=True)]
        days = [str(at.date()) for at in local]
        assert by_day(figures) == {day: days.count(day) for day in days}
        hours = [at.hour for at in local]
        assert by_hour(figures) == {hour: hours.count(hour) for hour in hours}


def test_days_are_sorted_and_limited(ada: User, halo: Track, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("apps.analytics.selectors.MAX_ROWS", 3)
    now = datetime(2025, 12, 4, tzinfo=UTC)
    for ago in (5, 1, 9, 3):
        report(ada, halo, at=now - timedelta(days=ago))

    figures = figures_of(ada, now=now)

    assert [str(one.date) for one in figures.by_day] == ["2025-11-29", "2025-12-01", "2025-12-03"]
    assert (figures.activities, sum(figures.by_hour)) == (4, 4)


def test_offsets_of_all_time_zones_are_multiples_of_15_minutes():
    months = [datetime(year, month, 15, tzinfo=UTC) for year in range(1980, 2040) for month in range(1, 13)]

    names = available_timezones()
    assert "Asia/Kathmandu" in names
    odd = {
        (name, month.year)
        for name in names
        for month in [EARLIEST, *months]
        if (month.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)) % timedelta(minutes=15)
    }

    assert odd == set()
