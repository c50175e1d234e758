"""A play in a room is an activity of the account that added the track, also of one that claims it later."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.analytics.models import Activity, RoomPlayDayCount
from apps.analytics.personal_data import AnalyticsPersonalData
from apps.analytics.services import PLAYS_PER_WRITE, reconcile_room_plays
from apps.analytics.tasks import roll_up
from apps.analytics.tests.invariants import check_roll_ups
from apps.playlist.models import Play, PlaylistTrack
from apps.playlist.services import Place, add_item, play_item
from apps.playlist.tests.rooms import new_room
from apps.rooms.models import Room
from apps.tracks.models import Track
from apps.users.models import Guest, User
from apps.users.personal_data import merge_guest


@pytest.fixture
def room(db: None) -> Room:
    return new_room()


def queued(room: Room, track: Track, adder: str) -> PlaylistTrack:
    """For any adder: also a deleted account's key, and text that is no key."""
    item = add_item(slug=room.slug, track_id=track.pk, added_by="Somebody", place=Place())
    PlaylistTrack.objects.filter(pk=item.pk).update_without_events(adder=adder)
    return item


def room_plays() -> int:
    return sum(RoomPlayDayCount.objects.values_list("count", flat=True))


@pytest.mark.parametrize(
    "adder", ["", "guest:alice", "net:0123", "user:987654", "user:", "user:x", "user:٣x"]
)
def test_a_play_of_an_item_without_a_known_adder_is_no_activity(halo: Track, room: Room, adder: str):
    item = queued(room, halo, adder)

    play_item(slug=room.slug, item_id=item.pk)

    assert not Activity.objects.exists()
    assert room_plays() == 1
    check_roll_ups()


def test_a_play_from_the_shell_is_counted_and_stays_after_the_room_is_deleted(
    ada: User, halo: Track, room: Room
):
    item = queued(room, halo, ada.key)
    room.playing = item

    room.save()

    play, activity = Play.objects.get(), Activity.objects.get()
    assert (activity.user_id, activity.track_id, activity.kind) == (ada.pk, halo.pk, "play")
    assert (activity.occurred_at, activity.room_play_id) == (play.started_at, play.pk)
    check_roll_ups()

    room.refresh_from_db()
    room.delete()

    assert Activity.objects.get().room_play_id is None
    assert (Play.objects.count(), room_plays()) == (0, 0)
    check_roll_ups()
    assert roll_up().wrong == 0


@pytest.mark.parametrize("is_transferred", [False, True], ids=["before the plays are", "after"])
def test_plays_of_a_guest_are_transferred_to_the_account_once(
    ada: User, halo: Track, *, is_transferred: bool
):
    guest, other = (Guest.objects.create(name=name) for name in ("Ada", "Bo"))
    for adder in (other, guest, guest):
        room = new_room()
        play_item(slug=room.slug, item_id=queued(room, halo, adder.key).pk)
    assert not Activity.objects.exists()
    if is_transferred:
        PlaylistTrack.objects.filter(adder=guest.key).update_without_events(adder=ada.key)
        Play.objects.filter(adder=guest.key).update(adder=ada.key)

    for _ in range(2):
        AnalyticsPersonalData().transfer(from_key=guest.key, to_key=ada.key)

    assert list(Activity.objects.values_list("user_id", flat=True)) == [ada.pk] * 2
    check_roll_ups()


@pytest.mark.django_db(transaction=True)
def test_many_plays_of_a_guest_are_transferred_once_even_after_a_killed_process(ada: User, halo: Track):
    room, guest, now = new_room(), Guest.objects.create(name="Bo"), timezone.now()
    past = {"room": room, "adder": guest.key, "track": halo, "item": {}, "started_at": now, "ended_at": now}
    Play.objects.bulk_create(Play(**past, item_number=number) for number in range(2 * PLAYS_PER_WRITE + 1))
    reconcile_room_plays()
    inserted = 0

    def die(execute: Any, sql: str, *arguments: Any) -> Any:
        nonlocal inserted
        inserted += sql.startswith('INSERT INTO "analytics_activity"')
        if inserted > PLAYS_PER_WRITE + 1:
            raise KeyboardInterrupt
        return execute(sql, *arguments)

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(die):
        merge_guest(guest_id=guest.pk, user_id=ada.pk)
    assert 0 < Activity.objects.count() < Play.objects.count()

    assert merge_guest(guest_id=guest.pk, user_id=ada.pk)

    assert Activity.objects.filter(user=ada, room_play__isnull=False).count() == Play.objects.count()
    check_roll_ups()
