"""Trends: artists, genres and tracks of the last days, beside those before."""

from datetime import date, datetime, timedelta

from apps.analytics.models import Activity
from apps.analytics.selectors import trends_at
from apps.analytics.tests.conftest import AddTrack
from apps.analytics.tests.laws import check_roll_ups
from apps.analytics.tests.telling import tell
from apps.tracks.models import Track
from apps.tracks.services import change_track, delete_track
from apps.users.models import User

DAY = timedelta(days=1)


def numbers(trends) -> dict[str, tuple[int, int, int]]:
    return {one.name: (one.count, one.previous, one.change) for one in trends}


def hourly(user: User, track: Track, *, at: datetime, times: int) -> None:
    """Once in each hour up to `at`: so each counts."""
    for hours in range(times):
        tell(user, track, at=at - timedelta(hours=hours))


def test_a_person_counts_once_for_a_track_a_kind_and_an_hour(ada: User, bo: User, halo: Track, now: datetime):
    tell(ada, halo, at=now, times=400)
    tell(ada, halo, at=now + timedelta(minutes=59), times=100)

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
        tell(user, halo, kind, at=at, times=2)
    assert counted() == [(halo.pk, 4)]

    Activity.objects.filter(pk=Activity.objects.order_by("pk")[0].pk).delete()
    assert counted() == [(halo.pk, 4)]
    Activity.objects.filter(user=ada).delete()
    assert counted() == [(halo.pk, 1)]
    check_roll_ups()


def test_counts_and_how_they_changed(ada: User, bo: User, add_track: AddTrack, now: datetime):
    trends = trends_at(now, days=7, limit=10)
    assert (trends.artists, trends.genres, trends.tracks) == ([], [], [])
    assert (trends.days, trends.first, trends.last) == (7, date(2025, 11, 28), date(2025, 12, 4))

    halo, one = add_track("Halo", "Beyoncé", genre="pop"), add_track("One", "U2", genre="rock")
    past, unnamed = add_track("Past", "Past", genre="past"), add_track("Unnamed", "Björk")
    hourly(ada, halo, at=now, times=2)
    tell(bo, halo, at=now - 6 * DAY)
    hourly(bo, halo, at=now - 7 * DAY, times=5)
    hourly(ada, one, at=now, times=4)
    hourly(ada, one, at=now - 14 * DAY, times=9)  # before what is compared with
    tell(ada, past, at=now - 7 * DAY)  # only before: no trend
    for kind in ("skip", "dislike"):  # what speaks against a track is none either
        tell(ada, halo, kind, at=now, times=3)
    for kind in ("like", "share"):
        tell(ada, unnamed, kind, at=now)

    trends = trends_at(now, days=7, limit=10)

    assert numbers(trends.artists) == {"U2": (4, 0, 4), "Beyoncé": (3, 5, -2), "Björk": (2, 0, 2)}
    assert [one.name for one in trends.artists] == ["U2", "Beyoncé", "Björk"]
    assert numbers(trends.genres) == {"rock": (4, 0, 4), "pop": (3, 5, -2)}
    assert [(t.track.id, t.count, t.previous, t.change) for t in trends.tracks] == [
        (one.pk, 4, 0, 4),
        (halo.pk, 3, 5, -2),
        (unnamed.pk, 2, 0, 2),
    ]


def test_spellings_are_one_named_as_most_spell_it(ada: User, add_track: AddTrack, now: datetime):
    hourly(ada, add_track("Halo", "Beyoncé", genre="Pop"), at=now, times=2)
    tell(ada, add_track("Irreplaceable", "BEYONCE", genre="pop"), at=now)
    tell(ada, add_track("Deja Vu", "Beyonce", genre="POP"), at=now)
    tell(ada, add_track("Pardon My Freedom", "!!!"), at=now)  # of signs alone: not one artist
    tell(ada, add_track("Mathematics", "+/-"), at=now)

    trends = trends_at(now, days=7, limit=10)

    assert numbers(trends.artists) == {"Beyoncé": (4, 0, 4), "!!!": (1, 0, 1), "+/-": (1, 0, 1)}
    assert numbers(trends.genres) == {"Pop": (4, 0, 4)}


def test_at_most_so_many_equals_in_a_known_order(ada: User, add_track: AddTrack, now: datetime):
    tracks = [add_track(f"Track {name}", name, genre=name) for name in "CBA"]
    for track in tracks:
        tell(ada, track, at=now)

    trends = trends_at(now, days=1, limit=2)

    assert [one.name for one in trends.artists] == [one.name for one in trends.genres] == ["A", "B"]
    assert [one.track.id for one in trends.tracks] == [tracks[0].pk, tracks[1].pk]


def test_corrected_and_deleted_tracks(ada: User, add_track: AddTrack, now: datetime):
    halo, one = add_track("Halo", "Beyonse"), add_track("One", "U2")
    tell(ada, halo, at=now)
    tell(ada, one, at=now)

    change_track(track_id=halo.pk, changes={"artist": "Beyoncé"})
    delete_track(track_id=one.pk)

    trends = trends_at(now, days=7, limit=10)
    assert numbers(trends.artists) == {"Beyoncé": (1, 0, 1)}
    assert [trend.track.title for trend in trends.tracks] == ["Halo"]
    assert Activity.objects.count() == 2
