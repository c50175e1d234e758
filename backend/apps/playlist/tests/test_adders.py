"""Who added a track is kept beside the name that is shown, and is told to nobody."""

import json

import pytest
from django.test import Client

from apps.playlist.models import Play, PlaylistTrack, RemovedItem, Room
from apps.playlist.services import Place, add_item, play_item, remove_item, restore_item
from apps.playlist.tests.rooms import fetched, new_track, told
from apps.users.models import Guest, User


@pytest.fixture
def key(db: None) -> str:
    """Of a guest."""
    return Guest.objects.create(name="Ada").key


@pytest.fixture
def item(room: Room, key: str) -> PlaylistTrack:
    return add_item(slug=room.slug, track_id=new_track().pk, added_by="Ada", place=Place(), adder=key)


def test_plays_and_removed_items_keep_it(room: Room, item: PlaylistTrack, key: str):
    play_item(slug=room.slug, item_id=item.pk)
    remove_item(slug=room.slug, item_id=item.pk)
    assert (Play.objects.get().adder, RemovedItem.objects.get().adder) == (key, key)

    restored = restore_item(slug=room.slug, item_id=item.pk)

    assert restored.adder == key


def test_it_is_told_to_nobody(room: Room, item: PlaylistTrack, key: str):
    play_item(slug=room.slug, item_id=item.pk)

    assert key not in json.dumps([told(room), fetched(room), Play.objects.get().item])


@pytest.mark.parametrize("who", ["account", "guest", "nobody"])
def test_the_api_knows_whoever_can_be_known(room: Room, who: str):
    client, expected = Client(), ""
    if who == "account":
        user = User.objects.create_user("ada")
        client.force_login(user)
        expected = f"user:{user.pk}"
    if who == "guest":
        guest = client.post("/api/guests/", {"name": "Ada"}, content_type="application/json").json()
        expected = f"guest:{guest['guest_id']}"

    answer = client.post(
        f"/api/rooms/{room.slug}/playlist/",
        {"track_id": new_track().pk, "added_by": "Alice"},
        content_type="application/json",
    )

    item = PlaylistTrack.objects.get(pk=answer.json()["id"])
    assert (item.adder, item.added_by) == (expected, "Alice")
