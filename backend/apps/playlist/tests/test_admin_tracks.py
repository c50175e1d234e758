"""A library track that is queued, in the admin: every room that shows it is told."""

import pytest

from apps.playlist.models import Room
from apps.playlist.services import Place, add_item
from apps.playlist.tests.laws import laws_hold
from apps.playlist.tests.rooms import new_track
from apps.tracks.models import Track
from core.tests.admin_pages import Admin

pytestmark = pytest.mark.django_db


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


def test_two_old_forms_of_a_track_both_count(rooms: list[Room], track: Track) -> None:
    ada, bo = Admin("ada").open(track), Admin("bo").open(track)
    with laws_hold(rooms[0]), laws_hold(rooms[1]):
        ada.send(title="Halo")
        bo.send(genre="pop")
    track.refresh_from_db()
    assert (track.title, track.genre, track.search_text) == ("Halo", "pop", "halo beyonce")


def test_an_isrc_taken_meanwhile_is_told(admin: Admin, rooms: list[Room], track: Track) -> None:
    other = new_track("B")
    old = admin.open(other)
    admin.open(track).send(isrc="GBUM71029604")
    answer = old.send(isrc="GBUM71029604")
    assert answer.status_code == 200
    assert b"ISRC" in answer.content
    assert Track.objects.get(pk=other.pk).isrc is None
