"""A play in a room is an activity of whoever added the track, when that is a known person."""

import pytest

from apps.analytics.models import Activity, RoomPlayDayCount
from apps.analytics.rolling_up import roll_up
from apps.analytics.tests.laws import check_roll_ups
from apps.playlist.models import Play, PlaylistTrack, Room
from apps.playlist.services import Place, add_item, play_item
from apps.playlist.tests.rooms import new_room
from apps.tracks.models import Track
from apps.users.models import User
from core.identity import Caller, user_id_of

ALICE = "guest:alice"


@pytest.fixture
def room(db: None) -> Room:
    return new_room()


def queued(room: Room, track: Track, adder: str) -> PlaylistTrack:
    """Whoever the adder is: also somebody who has gone, and what is nobody's key."""
    item = add_item(slug=room.slug, track_id=track.pk, added_by="Somebody", place=Place())
    PlaylistTrack.objects.filter(pk=item.pk).update_unannounced(adder=adder)
    return item


def key(user: User) -> str:
    return f"user:{user.pk}"


def room_plays() -> int:
    return sum(RoomPlayDayCount.objects.values_list("count", flat=True))


@pytest.mark.parametrize("adder", ["", ALICE, "net:0123", "user:987654", "user:", "user:x"])
def test_of_somebody_unknown_it_is_only_a_play(halo: Track, room: Room, adder: str):
    item = queued(room, halo, adder)

    play_item(slug=room.slug, item_id=item.pk)

    assert not Activity.objects.exists()
    assert room_plays() == 1
    check_roll_ups()


def test_a_play_from_the_shell_counts_too(ada: User, halo: Track, room: Room):
    item = queued(room, halo, key(ada))
    room.playing = item

    room.save()

    play, activity = Play.objects.get(), Activity.objects.get()
    assert (activity.user_id, activity.track_id, activity.kind) == (ada.pk, halo.pk, "play")
    assert (activity.occurred_at, activity.room_play_id) == (play.started_at, play.pk)
    check_roll_ups()


def test_when_the_room_goes_the_persons_activity_stays(ada: User, halo: Track, room: Room):
    item = queued(room, halo, key(ada))
    play_item(slug=room.slug, item_id=item.pk)

    room.refresh_from_db()
    room.delete()

    assert Activity.objects.get().room_play_id is None
    assert (Play.objects.count(), room_plays()) == (0, 0)
    check_roll_ups()
    assert roll_up().wrong == 0


def test_whose_key_it_is():
    assert user_id_of("user:5") == 5
    assert [user_id_of(other) for other in ("", "user:", "guest:5", "user:x", "net:5", "user:٣x")] == [
        None
    ] * 6
    assert Caller(key="user:5", address="", user_id=5).owner_key == "user:5"
    assert Caller(key="guest:x", address="", guest_id="x").owner_key == "guest:x"
    assert Caller(key="net:x", address="").owner_key == ""
