"""The summary: right, and two queries however much there is."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.analytics.models import Kind
from apps.analytics.selectors import summary_at
from apps.analytics.tests.conftest import AddTrack
from apps.analytics.tests.telling import tell
from apps.tracks.models import Track
from apps.users.models import User

MAX_QUERIES = 2


@pytest.mark.parametrize(
    ("ago", "counts"),
    [
        (timedelta(0), True),
        (timedelta(days=6, hours=10), True),  # the first moment of the sixth day before
        (timedelta(days=6, hours=10, microseconds=1), False),
        (timedelta(minutes=-5), True),  # a clock that is fast
    ],
)
def test_a_week_is_seven_utc_days(ada: User, halo: Track, now: datetime, ago: timedelta, counts: bool):
    tell(ada, halo, at=now - ago)

    summary = summary_at(now)

    assert (summary.activities_7d, summary.active_users_7d) == (int(counts), int(counts))


def test_takes_two_queries_however_much_there_is(ada: User, bo: User, add_track: AddTrack, now: datetime):
    seen = []
    for number in range(3):
        for person in (ada, bo):
            track = add_track(f"Track {number}")
            for kind in Kind.values:
                tell(person, track, kind, at=now - timedelta(days=number), times=20)
        with CaptureQueriesContext(connection) as queries:
            summary_at(now)
        seen.append([query["sql"] for query in queries])

    assert [len(queries) for queries in seen] == [MAX_QUERIES] * 3
    assert not any("analytics_activity" in sql for queries in seen for sql in queries)
