"""Items in the admin: what is saved there is told, keeps the laws, and leaves others' changes alone."""

import pytest

from apps.playlist.models import PlaylistTrack, Room
from apps.playlist.services import Place, cast_vote, change_item, remove_item
from apps.playlist.tests.laws import laws_hold
from apps.playlist.tests.rooms import new_track, queued, titles
from core.tests.admin_pages import Admin

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["manual", "votes"])
def room(request: pytest.FixtureRequest) -> Room:
    return Room.objects.create(slug="kitchen", name="Kitchen", chosen_order=request.param)


@pytest.fixture
def manual_room() -> Room:
    return Room.objects.create(slug="kitchen", name="Kitchen", chosen_order="manual")


def test_a_track_that_is_queued_is_an_error_in_the_form(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    answer = admin.open_new(PlaylistTrack).send(room=room.pk, track=item.track_id, added_by="Cem")
    assert answer.status_code == 200
    assert b"already exists" in answer.content
    assert room.items.count() == 1


def test_a_full_room_is_told_as_a_message(admin: Admin, room: Room, settings) -> None:
    settings.MAX_QUEUE_ITEMS = 1
    queued(room, "A")
    with laws_hold(room) as told:
        page = admin.open_new(PlaylistTrack)
        text = page.send_and_follow(room=room.pk, track=new_track("B").pk, added_by="Cem")
    assert "The queue is full." in text
    assert not told


@pytest.mark.parametrize("name", ["a\u0000b", "a\tb", "a\u2028b", "  ", "x" * 51])
def test_a_name_that_the_api_refuses_is_refused(admin: Admin, manual_room: Room, name: str) -> None:
    (item,) = queued(manual_room, "A")
    assert admin.open(item).send(added_by=name).status_code == 200
    item.refresh_from_db()
    assert item.added_by == "Ada"


def test_a_form_sent_back_as_it_was_tells_nothing(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    with laws_hold(room) as told:
        assert admin.open(item).send().status_code == 302
    assert not told


def test_an_old_form_leaves_what_others_changed(admin: Admin, manual_room: Room) -> None:
    first, _second, third = queued(manual_room, "ABC")
    old = admin.open(third)
    change_item(slug="kitchen", item_id=third.pk, place=Place(before_id=first.pk), is_playing=None)
    cast_vote(slug="kitchen", item_id=third.pk, voter="net:x", value=1)
    with laws_hold(manual_room) as told:
        old.send(added_by="Cem")
    assert [event["type"] for event in told] == ["track.updated"]
    item = PlaylistTrack.objects.get(pk=third.pk)
    assert (titles(manual_room), item.added_by, item.votes) == ("CAB", "Cem", 1)


def test_two_old_forms_with_different_changes_both_count(manual_room: Room) -> None:
    _first, second = queued(manual_room, "AB")
    ada, bo = Admin("ada").open(second), Admin("bo").open(second)
    with laws_hold(manual_room):
        ada.send(added_by="Cem")
        bo.send(position="0.5")
    item = PlaylistTrack.objects.get(pk=second.pk)
    assert (titles(manual_room), item.added_by) == ("BA", "Cem")


def test_a_form_without_the_values_shown_is_compared_with_the_row(admin: Admin, manual_room: Room) -> None:
    (item,) = queued(manual_room, "A")
    path = admin.open(item).path
    with laws_hold(manual_room) as told:
        admin.client.post(path, {"position": str(item.position), "added_by": "Cem"})
    assert [event["type"] for event in told] == ["track.updated"]


def test_a_position_taken_meanwhile_puts_the_item_behind(admin: Admin, manual_room: Room) -> None:
    _first, second, third = queued(manual_room, "ABC")
    old = admin.open(third)
    change_item(slug="kitchen", item_id=second.pk, place=Place(position=0.5), is_playing=None)
    with laws_hold(manual_room):
        old.send(position="0.5")
    assert titles(manual_room) == "BCA"


@pytest.mark.parametrize("position", ["nan", "inf", "1e16", "-1e16", "x", ""])
def test_a_position_that_is_none_is_an_error_in_the_form(
    admin: Admin, manual_room: Room, position: str
) -> None:
    (item,) = queued(manual_room, "A")
    with laws_hold(manual_room) as told:
        assert admin.open(item).send(position=position).status_code == 200
    assert not told


def test_an_old_form_cannot_move_where_votes_decide_meanwhile(admin: Admin, manual_room: Room) -> None:
    _first, second = queued(manual_room, "AB")
    old = admin.open(second)
    manual_room.chosen_order = "votes"
    manual_room.save(update_fields=["chosen_order"])
    with laws_hold(manual_room) as told:
        old.send(position="0.5")
    assert not told
    assert titles(manual_room) == "AB"


def test_votes_and_room_and_track_cannot_be_typed_in(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    other = Room.objects.create(slug="other", name="Other")
    track = new_track("B")
    with laws_hold(room) as told:
        admin.open(item).send(votes="7", room=other.pk, track=track.pk, played_at_0="2026-01-01")
    assert not told


def test_a_removed_item_is_told_as_gone(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    old = admin.open(item)
    remove_item(slug="kitchen", item_id=item.pk)
    answer = admin.client.post(old.path, {**old.fields, "added_by": "Cem"}, follow=True)
    assert b"doesn\xe2\x80\x99t exist" in answer.content
    assert room.items.count() == 0
