"""Trends: artists, genres and tracks of the last days, beside those before; and the summary of everything."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.analytics.models import Activity, Kind
from apps.analytics.selectors import summary_at, trends_at
from apps.analytics.tests.conftest import AddTrack
from apps.analytics.tests.invariants import check_roll_ups
from apps.analytics.tests.reports import report
from apps.tracks.models import Track
from apps.tracks.services import change_track, delete_track
from apps.users.models import User

DAY = timedelta(days=1)


def numbers(trends) -> dict[str, tuple[int, int, int]]:
    return {one.name: (one.count, one.previous, one.change) for one in trends}


def hourly(user: User, track: Track, *, at: datetime, times: int) -> None:
    """Once in each hour up to `at`: so each counts."""
    for hours in range(times):
        report(user, track, at=at - timedelta(hours=hours))


def test_a_user_is_counted_once_per_track_type_and_hour(ada: User, bo: User, halo: Track, now: datetime):
    report(ada, halo, at=now, times=400)
    report(ada, halo, at=now + timedelta(minutes=59), times=100)

    def counted() -> list[tuple[int, int]]:
        trends = trends_at(now, days=7, limit=10)
        assert [one.count for one in trends.artists] == [one.count for one in trends.tracks]
        return [(one.track.id, one.count) for one in trends.tracks]

    assert counted() == [(halo.pk, 1)]
    for user, kind, at in (
        (ada, "like", now),
        (ada, "play", now + timedelta(hours=1)),
        (bo, "play", now),
    ):
        report(user, halo, kind, at=at, times=2)
    assert counted() == [(halo.pk, 4)]

    Activity.objects.filter(pk=Activity.objects.order_by("pk")[0].pk).delete()
    assert counted() == [(halo.pk, 4)]
    Activity.objects.filter(user=ada).delete()
    assert counted() == [(halo.pk, 1)]
    check_roll_ups()


def test_spellings_are_joined_under_the_most_common_one(ada: User, add_track: AddTrack, now: datetime):
    hourly(ada, add_track("Halo", "Beyoncé", genre="Pop"), at=now, times=2)
    report(ada, add_track("Irreplaceable", "BEYONCE", genre="pop"), at=now)
    report(ada, add_track("Deja Vu", "Beyonce", genre="POP"), at=now)
    report(ada, add_track("Pardon My Freedom", "!!!"), at=now)  # of signs alone: not one artist
    report(ada, add_track("Mathematics", "+/-"), at=now)

    trends = trends_at(now, days=7, limit=10)

    assert numbers(trends.artists) == {"Beyoncé": (4, 0, 4), "!!!": (1, 0, 1), "+/-": (1, 0, 1)}
    assert numbers(trends.genres) == {"Pop": (4, 0, 4)}
    few = trends_at(now, days=1, limit=2)
    assert [one.name for one in few.artists] == ["Beyoncé", "!!!"], "of equals the first by name"


def test_trends_use_current_names_and_leave_out_deleted_tracks(ada: User, add_track: AddTrack, now: datetime):
    halo, one = add_track("Halo", "Beyonse"), add_track("One", "U2")
    report(ada, halo, at=now)
    report(ada, one, at=now)

    change_track(track_id=halo.pk, changes={"artist": "Beyoncé"})
    delete_track(track_id=one.pk)

    trends = trends_at(now, days=7, limit=10)
    assert numbers(trends.artists) == {"Beyoncé": (1, 0, 1)}
    assert [trend.track.title for trend in trends.tracks] == ["Halo"]
    assert Activity.objects.count() == 2


# --- The summary -------------------------------------------------------------------------------------


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
    report(ada, halo, at=now - ago)

    summary = summary_at(now)

    assert (summary.activities_7d, summary.active_users_7d) == (int(counts), int(counts))


def test_trends_take_two_queries(ada: User, bo: User, add_track: AddTrack, now: datetime):
    seen = []
    for number in range(3):
        for person in (ada, bo):
            track = add_track(f"Track {number}")
            for kind in Kind.values:
                report(person, track, kind, at=now - timedelta(days=number), times=20)
        with CaptureQueriesContext(connection) as queries:
            summary_at(now)
        seen.append([query["sql"] for query in queries])

    assert [len(queries) for queries in seen] == [2] * 3
    assert not any("analytics_activity" in sql for queries in seen for sql in queries)
