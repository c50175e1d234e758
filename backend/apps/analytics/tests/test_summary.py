"""The summary: right, and two queries however much there is."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.analytics import upper_apps
from apps.analytics.models import Kind
from apps.analytics.selectors import summary_at
from apps.analytics.tests.conftest import AddTrack
from apps.analytics.tests.telling import tell
from apps.analytics.upper_apps import register_recommendations
from apps.tracks.models import Track
from apps.users.models import User

MAX_QUERIES = 2


@pytest.fixture(autouse=True)
def no_app_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upper_apps, "_find_tracks", [])
    monkeypatch.setattr(upper_apps, "_recommendations", [])


def test_of_nothing(db: None, now: datetime):
    summary = summary_at(now)

    assert (summary.users, summary.tracks, summary.activities, summary.room_plays) == (0, 0, 0, 0)
    assert (summary.recommendations, summary.active_users_7d, summary.activities_7d) == (0, 0, 0)
    assert summary.by_type == type(summary.by_type)()
    assert summary.generated_at == now


def test_counts_what_there_is(ada: User, bo: User, halo: Track, now: datetime):
    User.objects.create_user("cem")
    tell(ada, halo, "play", at=now, times=3)
    tell(ada, halo, "like", at=now)
    tell(bo, halo, "skip", at=now - timedelta(days=30), times=2)

    summary = summary_at(now)

    assert (summary.users, summary.active_users_7d, summary.tracks) == (3, 1, 1)
    assert (summary.activities, summary.activities_7d) == (6, 4)
    assert (summary.by_type.play, summary.by_type.like, summary.by_type.skip) == (3, 1, 2)


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


def test_counts_recommendations_of_the_app_above_in_the_same_two_queries(
    ada: User, halo: Track, now: datetime
):
    register_recommendations(find_tracks=lambda _user_id, _numbers: {}, rows=Track.objects.all)

    with CaptureQueriesContext(connection) as queries:
        summary = summary_at(now)

    assert (summary.recommendations, len(queries)) == (1, MAX_QUERIES)
