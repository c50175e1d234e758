"""Who added a track is kept beside the name that is shown, and is told to nobody."""

import json

import pytest

from apps.playlist.models import Play, PlaylistTrack, RemovedItem, Room
from apps.playlist.services import Place, add_item, play_item, remove_item, restore_item
from apps.playlist.tests.rooms import fetched, new_track, told
from apps.users.models import Guest


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
