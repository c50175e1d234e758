"""What is exported of a person, and what a guest's plays become."""

import pytest

from apps.analytics.belongings import AnalyticsBelongings
from apps.analytics.models import Activity
from apps.analytics.tests.laws import check_roll_ups
from apps.analytics.tests.telling import tell
from apps.playlist.models import Play, PlaylistTrack
from apps.playlist.services import Place, add_item, play_item
from apps.playlist.tests.rooms import new_room
from apps.tracks.models import Track
from apps.users.models import Guest, User


def test_a_person_is_told_all_that_is_stored_of_their_own_activities(ada: User, bo: User, halo: Track):
    tell(ada, halo)
    tell(bo, halo)

    (told,) = AnalyticsBelongings().exported(ada.key)["activities"]

    # Under these names; an artist goes with the track, and a quarter is made of `occurred_at`.
    names = {
        "kind": "activity_type",
        "recommendation_number": "recommendation_id",
        "room_play": "of_room_play",
    }
    stored = {field.name for field in Activity._meta.fields} - {"user", "quarter"}
    assert set(told) == {names.get(field, field) for field in stored} | {"artist"}
    assert (told["track"], told["artist"]) == (halo.title, halo.artist)
    assert told["id"] == Activity.objects.get(user=ada).pk
    guest = Guest.objects.create(name="Ada")
    assert AnalyticsBelongings().exported(guest.key) == {"activities": []}


@pytest.mark.parametrize("is_handed_over", [False, True], ids=["before the plays are", "after"])
def test_what_was_played_of_a_guest_s_tracks_is_the_account_s_once(
    ada: User, halo: Track, *, is_handed_over: bool
):
    guest, other = (Guest.objects.create(name=name) for name in ("Ada", "Bo"))
    for adder in (other, guest, guest):
        room = new_room()
        item = add_item(slug=room.slug, track_id=halo.pk, added_by="Ada", place=Place(), adder=adder.key)
        play_item(slug=room.slug, item_id=item.pk)
    assert not Activity.objects.exists()
    if is_handed_over:
        PlaylistTrack.objects.filter(adder=guest.key).update_unannounced(adder=ada.key)
        Play.objects.filter(adder=guest.key).update(adder=ada.key)

    for _ in range(2):
        AnalyticsBelongings().hand_over(giver=guest.key, taker=ada.key)

    assert list(Activity.objects.values_list("user_id", flat=True)) == [ada.pk] * 2
    check_roll_ups()
