"""A year of days, then of each month the last day counted."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.counts.models import CacheInvalidation, HistoricalViewCount, Status
from apps.counts.services import CountReport, downsample_history, record_counts
from apps.counts.tests.conftest import ISRC, OTHER

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 3, tzinfo=UTC)


def figure(on, count, isrc=ISRC):
    status = Status.OK if count is not None else Status.FAILED
    return CountReport(
        isrc, "spotify", on, datetime(on.year, on.month, on.day, 12, tzinfo=UTC), status, count
    )


def days(isrc=ISRC):
    return list(
        HistoricalViewCount.objects.filter(isrc=isrc)
        .order_by("recorded_date")
        .values_list("recorded_date", "view_count", "delta_count", "delta_days")
    )


def test_old_months_retain_their_last_day_and_the_difference_to_the_previous_month():
    begin = date(2025, 3, 1)
    record_counts(figure(begin + timedelta(days=at), 100 * at) for at in range(110))  # until 18 June 2025
    thinned = downsample_history(now=NOW)
    old = [row for row in days() if row[0] < date(2025, 6, 1)]
    assert old == [
        (date(2025, 3, 31), 3000, None, None),
        (date(2025, 4, 30), 6000, 3000, 30),
        (date(2025, 5, 31), 9100, 3100, 31),
    ]
    young = [row for row in days() if row[0] >= date(2025, 6, 1)]
    assert len(young) == 18
    assert young[0] == (date(2025, 6, 1), 9200, 100, 1)
    assert thinned.days == 92 - 3


def test_a_month_that_ends_with_failures_retains_its_last_counted_day():
    record_counts(figure(date(2024, 1, at), at) for at in range(1, 6))
    record_counts([figure(date(2024, 1, 30), None), figure(date(2024, 2, 5), None, OTHER)])
    downsample_history(now=NOW)
    before = days()
    assert [row[0] for row in before] == [date(2024, 1, 5)]
    assert days(OTHER) == []
    assert downsample_history(now=NOW).days == 0
    assert days() == before


def test_invalidations_are_deleted_after_the_lifetime_of_cached_values():
    CacheInvalidation.objects.create(isrc=ISRC, service="spotify", dropped_at=NOW - timedelta(hours=13))
    retained = CacheInvalidation.objects.create(
        isrc=ISRC, service="spotify", dropped_at=NOW - timedelta(hours=5)
    )
    assert downsample_history(now=NOW).invalidations == 1
    assert CacheInvalidation.objects.get() == retained
