"""A library track that is queued, in the admin: every room that shows it is told."""

import pytest

from apps.playlist.models import Room
from apps.playlist.services import Place, add_item, play_item
from apps.playlist.tests.laws import laws_hold
from apps.playlist.tests.test_admin_items import new_track
from apps.tracks.models import Track
from core.tests.admin_pages import Admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Admin:
    return Admin()


@pytest.fixture
def rooms() -> list[Room]:
    return [
        Room.objects.create(slug="kitchen", name="Kitchen", chosen_order="manual"),
        Room.objects.create(slug="attic", name="Attic", chosen_order="votes"),
    ]


@pytest.fixture
def track(rooms: list[Room]) -> Track:
    track = new_track("A")
    for room in rooms:
        add_item(slug=room.slug, track_id=track.pk, added_by="Bo", place=Place())
    return track


def test_a_correction_is_told_in_each_room(admin: Admin, rooms: list[Room], track: Track) -> None:
    with laws_hold(rooms[0]) as told_first, laws_hold(rooms[1]) as told_second:
        admin.open(track).send(title="Ä")
    for told in (told_first, told_second):
        assert [(event["type"], event["payload"]["track"]["title"]) for event in told] == [
            ("track.updated", "Ä")
        ]
    track.refresh_from_db()
    assert track.title_key == "a"


def test_two_old_forms_of_a_track_both_count(rooms: list[Room], track: Track) -> None:
    ada, bo = Admin("ada").open(track), Admin("bo").open(track)
    with laws_hold(rooms[0]), laws_hold(rooms[1]):
        ada.send(title="Halo")
        bo.send(genre="pop")
    track.refresh_from_db()
    assert (track.title, track.genre, track.search_text) == ("Halo", "pop", "halo queen")


def test_a_deletion_is_told_in_each_room(admin: Admin, rooms: list[Room], track: Track) -> None:
    play_item(slug="kitchen", item_id=rooms[0].items.get().pk)
    with laws_hold(rooms[0]) as told_first, laws_hold(rooms[1]) as told_second:
        admin.delete(track)
    assert [event["type"] for event in told_first] == ["track.playing", "track.removed"]
    assert [event["type"] for event in told_second] == ["track.removed"]
    assert not Track.objects.filter(pk=track.pk).exists()


def test_several_deletions_are_told_in_each_room(admin: Admin, rooms: list[Room], track: Track) -> None:
    other = new_track("B")
    add_item(slug="attic", track_id=other.pk, added_by="Bo", place=Place())
    with laws_hold(rooms[0]) as told_first, laws_hold(rooms[1]) as told_second:
        text = admin.delete_selected(track, other)
    assert "Successfully deleted 2" in text
    assert [event["type"] for event in told_first] == ["track.removed"]
    assert [event["type"] for event in told_second] == ["track.removed"] * 2


def test_an_isrc_taken_meanwhile_is_told(admin: Admin, rooms: list[Room], track: Track) -> None:
    other = new_track("B")
    old = admin.open(other)
    admin.open(track).send(isrc="GBUM71029604")
    answer = old.send(isrc="GBUM71029604")
    assert answer.status_code == 200
    assert b"ISRC" in answer.content
    assert Track.objects.get(pk=other.pk).isrc is None
