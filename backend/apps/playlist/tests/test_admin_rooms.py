"""Rooms, votes and records in the admin."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.playlist.models import Play, PlaylistTrack, RemovedItem, Room, Vote
from apps.playlist.room_services import ensure_main_room
from apps.playlist.services import cast_vote, play_item, remove_item
from apps.playlist.tests.laws import laws_hold
from apps.playlist.tests.rooms import queued
from apps.realtime.models import Event, Stream
from apps.users.models import Guest
from core.tests.admin_pages import Admin, list_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room.objects.create(slug="kitchen", name="Kitchen", chosen_order="manual")


def test_a_room_is_made_with_a_stream_and_keeps_its_slug(admin: Admin) -> None:
    admin.open_new(Room).send(slug="attic", name="Attic", chosen_order="votes")
    attic = Room.objects.get(slug="attic")
    assert (attic.name, attic.order, attic.stream.name) == ("Attic", "votes", "attic")
    with laws_hold(attic):
        queued(attic, "A")
    admin.open(attic).send(slug="loft", name="Loft")
    attic.refresh_from_db()
    assert (attic.slug, attic.name) == ("attic", "Loft")


@pytest.mark.parametrize(
    ("field", "value"),
    [*(("slug", value) for value in ("Attic", "at_tic", "kitchen", "")), ("name", "a\u2028b")],
)
def test_a_slug_or_a_name_that_cannot_be_is_an_error_in_the_form(
    admin: Admin, room: Room, field: str, value: str
) -> None:
    answer = admin.open_new(Room).send(**{"slug": "attic", "name": "Attic", field: value})
    assert (answer.status_code, [*answer.context["adminform"].errors]) == (200, [field])
    assert {*Room.objects.values_list("slug", flat=True)} == {"main", "kitchen"}


def test_only_the_rooms_own_items_can_play(admin: Admin, room: Room) -> None:
    queued(room, "A")
    (foreign,) = queued(Room.objects.create(slug="attic", name="Attic"), "B")
    with laws_hold(room) as told:
        answer = admin.open(room).send(playing=foreign.pk)
    assert b"Select a valid choice" in answer.content
    assert not told


def test_an_old_form_leaves_what_plays_alone(admin: Admin, room: Room) -> None:
    _first, second = queued(room, "AB")
    old = admin.open(room)
    play_item(slug="kitchen", item_id=second.pk)
    with laws_hold(room) as told:
        old.send(name="Cellar")
    room.refresh_from_db()
    assert (room.name, room.playing_id) == ("Cellar", second.pk)
    assert [event["type"] for event in told] == ["room.renamed"]


def test_an_old_form_whose_playing_item_is_gone_still_saves(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    play_item(slug="kitchen", item_id=item.pk)
    old = admin.open(room)
    remove_item(slug="kitchen", item_id=item.pk)
    with laws_hold(room):
        assert old.send(name="Cellar", is_public=None).status_code == 302
    room.refresh_from_db()
    assert (room.name, room.is_public, room.playing_id) == ("Cellar", False, None)


def test_two_admins_with_the_same_form_both_count(room: Room) -> None:
    ada, bo = Admin("ada").open(room), Admin("bo").open(room)
    ada.send(name="Cellar")
    bo.send(is_public=None)
    room.refresh_from_db()
    assert (room.name, room.is_public) == ("Cellar", False)


def test_a_deleted_room_ends_its_stream(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    play_item(slug="kitchen", item_id=item.pk)
    remove_item(slug="kitchen", item_id=item.pk)
    queued(room, "B")
    assert "was deleted successfully" in admin.delete(room)
    assert not Room.objects.filter(pk=room.pk).exists()
    assert not Stream.objects.filter(pk=room.stream_id).exists()


def test_the_main_room_stays_with_a_message(admin: Admin) -> None:
    main = Room.objects.get(slug="main")
    assert "The main room always exists." in admin.delete(main)
    assert Room.objects.filter(slug="main").exists()


def test_of_several_rooms_the_main_one_stays_with_a_message(admin: Admin, room: Room) -> None:
    text = admin.delete_selected(Room.objects.get(slug="main"), room)
    assert "1 of 2 deleted." in text
    assert "The main room always exists." in text
    assert list(Room.objects.values_list("slug", flat=True)) == ["main"]


def test_votes_and_records_cannot_be_written(admin: Admin, room: Room) -> None:
    item, removed = queued(room, "AB")
    cast_vote(slug="kitchen", item_id=item.pk, voter="net:x", value=1)
    play_item(slug="kitchen", item_id=item.pk)
    remove_item(slug="kitchen", item_id=removed.pk)
    remembered = [
        *(Vote.objects.get(), Play.objects.get(), RemovedItem.objects.get()),
        *(Event.objects.all()[0], Stream.objects.all()[0]),
    ]
    for row in remembered:
        assert admin.client.get(f"{list_path(row)}add/").status_code == 403
        assert admin.client.post(f"{list_path(row)}{row.pk}/change/", {"value": "-1"}).status_code == 403
    for row in remembered[1:]:
        assert admin.client.post(f"{list_path(row)}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_every_list_can_be_searched_filtered_and_opened(admin: Admin, room: Room) -> None:
    items = queued(room, "AB")
    for item in items:
        cast_vote(slug="kitchen", item_id=item.pk, voter="net:x", value=1)
    play_item(slug="kitchen", item_id=items[0].pk)
    remove_item(slug="kitchen", item_id=items[0].pk)
    Guest.objects.create(name="Bo")
    for model in (Room, PlaylistTrack, Vote, Play, Guest, Event, Stream):
        assert admin.client.get(list_path(model), {"q": "kitchen"}).status_code == 200
        assert admin.client.get(list_path(model)).status_code == 200
        rows = model.objects.all()
        assert rows
        for row in rows:
            assert admin.client.get(f"{list_path(row)}{row.pk}/change/").status_code == 200


def test_a_guest_is_renamed_by_the_apis_rules(admin: Admin) -> None:
    guest = Guest.objects.create(name="Bo")
    assert admin.open(guest).send(name="a\tb").status_code == 200
    assert admin.open(guest).send(name=" Bob ").status_code == 302
    assert Guest.objects.get().name == "Bob"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite nobody can write within a transaction")
@pytest.mark.django_db(transaction=True)
def test_what_is_written_between_loading_and_locking_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_main_room()
    room = Room.objects.create(slug="kitchen", name="Kitchen", chosen_order="manual")
    (item,) = queued(room, "A")
    lock, is_done = Room.lock_for_change, threading.Event()

    def play_and_lock(self: Room) -> None:
        if not is_done.is_set():
            is_done.set()
            with ThreadPoolExecutor(1) as other:
                other.submit(play_item, slug="kitchen", item_id=item.pk).result()
                other.submit(lambda: connection.close()).result()
        lock(self)

    page = Admin().open(room)
    monkeypatch.setattr(Room, "lock_for_change", play_and_lock)
    with laws_hold(room) as told:
        page.send(name="Cellar")
    room.refresh_from_db()
    assert (room.name, room.playing_id) == ("Cellar", item.pk)
    assert [event["type"] for event in told] == ["track.playing", "room.renamed"]
    assert room.plays.get().ended_at is None
