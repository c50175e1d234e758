"""The quota of YouTube, by YouTube's days, which begin at midnight in California, in winter and summer."""

from datetime import datetime

import pytest

from apps.charts.counters.youtube import Quota

pytestmark = pytest.mark.django_db


def quota(moment: str) -> Quota:
    return Quota("youtube", 100, now=datetime.fromisoformat(moment))


def test_the_quota_is_never_exceeded():
    mine = quota("2026-01-15T12:00:00Z")

    assert [mine.take(60), mine.take(60), mine.take(40), mine.take(1)] == [True, False, True, False]
    assert mine.left() == 0


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("2026-01-15T07:59:59Z", "2026-01-15T08:00:00Z"),
        ("2026-07-15T06:59:59Z", "2026-07-15T07:00:00Z"),
    ],
    ids=["winter", "summer"],
)
def test_the_day_of_the_quota_begins_at_midnight_in_california(last: str, first: str):
    assert quota(last).take(100)
    assert quota(first).left() == 100
    assert quota(first).take(100)
    # The hours that follow are of the same day: what was used stays used.
    assert quota(first.replace(":00:00", ":59:59")).left() == 0
    assert quota(first.replace("T0", "T1")).left() == 0
