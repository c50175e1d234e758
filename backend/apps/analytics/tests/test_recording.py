"""Activities are facts: counted when they come and when they go, and never changed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.analytics.models import Activity, FactsAreKept, Kind
from apps.analytics.services import NewActivity, record_activities
from apps.analytics.tests.laws import check_roll_ups
from apps.analytics.tests.telling import tell
from apps.playlist.services import Place, add_item, play_item, stop_playing
from apps.playlist.tests.rooms import new_room
from apps.tracks.models import Track
from apps.users.models import User
from core.errors import NotAuthenticated
from core.limits import ACTIVITIES_OF_HOUR
from core.rate_limits import TooManyCalls


def test_who_has_just_gone_tells_nothing(halo: Track):
    with pytest.raises(NotAuthenticated):
        record_activities(user_id=77, told=[NewActivity(kind=Kind.PLAY, track_id=halo.pk)])


def test_the_shell_counts_too(ada: User, halo: Track, now: datetime):
    one = Activity.objects.create(user=ada, track=halo, kind=Kind.PLAY, occurred_at=now)
    Activity(user=ada, track=halo, kind=Kind.SKIP, occurred_at=now).save()
    check_roll_ups()

    one.delete()

    assert Activity.objects.count() == 1
    check_roll_ups()


def test_what_would_not_be_counted_is_refused(ada: User, halo: Track, now: datetime):
    [stored] = tell(ada, halo, at=now)
    stored.occurred_at = now - timedelta(days=1)

    for write in (
        stored.save,
        lambda: Activity.objects.update(kind="skip"),
        lambda: Activity.objects.bulk_create([stored]),
        lambda: Activity.objects.bulk_update([stored], ["kind"]),
    ):
        with pytest.raises(FactsAreKept):
            write()
    assert Activity.objects.get().occurred_at == now


@pytest.mark.parametrize("chosen", ["all", "none", "one kind", "sliced"])
def test_whatever_is_deleted_is_counted_no_more(ada: User, halo: Track, now: datetime, chosen: str):
    for kind in Kind.values:
        tell(ada, halo, kind, at=now, times=2)
    everything = Activity.objects.all()
    querysets = {
        "all": everything,
        "none": everything.none(),
        "one kind": everything.filter(kind="skip", user__username="ada"),
        "sliced": Activity.objects.filter(pk__in=list(everything.values_list("pk", flat=True)[:3])),
    }

    querysets[chosen].delete()

    assert Activity.objects.count() == {"all": 0, "none": 10, "one kind": 8, "sliced": 7}[chosen]
    check_roll_ups()


def test_2_an_hour_and_20_a_day_of_a_person(
    ada: User, bo: User, halo: Track, settings, time_machine_at: Callable[[timedelta], None]
):
    settings.RATE_LIMIT_FACTOR = 2 / ACTIVITIES_OF_HOUR.max_calls

    def seconds_to_wait(times: int = 1) -> float:
        with pytest.raises(TooManyCalls) as refusal:
            tell(ada, halo, times=times)
        assert refusal.value.status == 429
        seconds = refusal.value.retry_after_seconds
        assert seconds is not None
        return seconds

    for hour in range(10):
        time_machine_at(timedelta(hours=hour))
        assert hour or seconds_to_wait(3) == ACTIVITIES_OF_HOUR.period_seconds
        tell(ada, halo)
        time_machine_at(timedelta(hours=hour, minutes=30))
        assert seconds_to_wait(2) == 30 * 60
        tell(ada, halo)
        assert seconds_to_wait() == 30 * 60
    tell(bo, halo, times=2)
    time_machine_at(timedelta(hours=23, minutes=59))
    assert seconds_to_wait() == 60
    time_machine_at(timedelta(hours=24))
    tell(ada, halo)
    assert Activity.objects.filter(user=ada).count() == 21

    settings.RATE_LIMIT_FACTOR = 0
    tell(ada, halo, times=30)


def test_what_rooms_play_of_a_person_takes_nothing_from_what_is_told(ada: User, halo: Track, settings):
    settings.RATE_LIMIT_FACTOR = 1 / ACTIVITIES_OF_HOUR.max_calls
    room = new_room()
    item = add_item(slug=room.slug, track_id=halo.pk, added_by="Ada", place=Place(), adder=ada.key)
    for _ in range(2):
        play_item(slug=room.slug, item_id=item.pk)
        stop_playing(slug=room.slug)
    tell(ada, halo)
    assert Activity.objects.count() == 3


@pytest.fixture
def time_machine_at() -> Iterator[Callable[[timedelta], None]]:
    """Sets how long after its beginning the test is."""
    beginning = datetime(2025, 12, 4, tzinfo=UTC)
    with time_machine.travel(beginning, tick=False) as clock:
        yield lambda later: clock.move_to(beginning + later)
