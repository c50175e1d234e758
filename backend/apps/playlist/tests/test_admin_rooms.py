"""Rooms, items, votes and records in the admin: broadcast, valid, without undoing others' changes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.playlist.models import Play, PlaylistTrack, RemovedItem, Vote
from apps.playlist.services import Place, cast_vote, change_item, play_item, remove_item
from apps.playlist.tests.invariant_checks import invariants_hold
from apps.playlist.tests.rooms import queued, titles
from apps.realtime.models import Event, Stream
from apps.rooms.models import Room
from apps.rooms.services import ensure_main_room
from apps.tracks.tests.factories import new_track
from apps.users.models import Guest
from core.tests.admin_pages import Admin, list_path, row_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room.objects.create(slug="kitchen", name="Kitchen", chosen_order="manual")


def test_a_room_is_created_with_a_stream_and_its_slug_is_read_only(admin: Admin) -> None:
    admin.open_new(Room).send(slug="attic", name="Attic", chosen_order="votes")
    attic = Room.objects.get(slug="attic")
    assert (attic.name, attic.order, attic.stream.name) == ("Attic", "votes", "attic")
    with invariants_hold(attic):
        queued(attic, "A")
    admin.open(attic).send(slug="loft", name="Loft")
    attic.refresh_from_db()
    assert (attic.slug, attic.name) == ("attic", "Loft")


@pytest.mark.parametrize(
    ("field", "value"),
    [*(("slug", value) for value in ("Attic", "at_tic", "kitchen", "")), ("name", "a\u2028b")],
)
def test_an_invalid_slug_or_name_is_an_error_in_the_form(
    admin: Admin, room: Room, field: str, value: str
) -> None:
    response = admin.open_new(Room).send(**{"slug": "attic", "name": "Attic", field: value})
    assert (response.status_code, [*response.context["adminform"].errors]) == (200, [field])
    assert {*Room.objects.values_list("slug", flat=True)} == {"main", "kitchen"}


def test_only_the_rooms_own_items_can_play(admin: Admin, room: Room) -> None:
    queued(room, "A")
    (foreign,) = queued(Room.objects.create(slug="attic", name="Attic"), "B")
    with invariants_hold(room) as events:
        response = admin.open(room).send(playing=foreign.pk)
    assert b"Select a valid choice" in response.content
    assert not events


def test_an_outdated_form_of_a_room_does_not_change_the_playing_item_even_if_it_was_removed(
    admin: Admin, room: Room
) -> None:
    first, second = queued(room, "AB")
    old = admin.open(room)
    play_item(slug="kitchen", item_id=second.pk)
    with invariants_hold(room) as events:
        old.send(name="Cellar")
    room.refresh_from_db()
    assert (room.name, room.playing_id) == ("Cellar", second.pk)
    assert [event["type"] for event in events] == ["room.renamed"]

    older = admin.open(room)
    play_item(slug="kitchen", item_id=first.pk)
    remove_item(slug="kitchen", item_id=second.pk)
    with invariants_hold(room):
        assert older.send(is_public=None).status_code == 302
    room.refresh_from_db()
    assert (room.is_public, room.playing_id) == (False, first.pk)


def test_deleting_several_rooms_leaves_the_main_room_with_a_message(admin: Admin, room: Room) -> None:
    main = Room.objects.get(slug="main")
    assert "The main room always exists." in admin.delete(main)
    queued(room, "A")
    text = admin.delete_selected(main, room)
    assert "1 of 2 deleted." in text
    assert "The main room always exists." in text
    assert list(Room.objects.values_list("slug", flat=True)) == ["main"]


def test_lists_can_be_searched_and_opened_and_records_are_read_only(admin: Admin, room: Room) -> None:
    item, removed = queued(room, "AB")
    cast_vote(slug="kitchen", item_id=item.pk, voter="net:x", value=1)
    play_item(slug="kitchen", item_id=item.pk)
    remove_item(slug="kitchen", item_id=removed.pk)
    Guest.objects.create(pk="Bl_ERZcHGSJm_5CY", name="Bo")
    for model in (Room, PlaylistTrack, Vote, Play, RemovedItem, Guest, Event, Stream):
        assert admin.client.get(list_path(model), {"q": "kitchen"}).status_code == 200
        assert admin.client.get(list_path(model)).status_code == 200
        rows = model.objects.all()
        assert rows
        for row in rows:
            assert admin.client.get(row_path(row)).status_code == 200
    for model in (Vote, Play, RemovedItem, Event, Stream):
        row = model.objects.all()[0]
        assert admin.client.get(f"{list_path(row)}add/").status_code == 403
        assert admin.client.post(row_path(row), {"value": "-1"}).status_code == 403
        if model is not Vote:
            deleted = admin.client.post(row_path(row, "delete"), {"post": "yes"})
            assert deleted.status_code == 403


def test_a_guest_is_renamed_by_the_apis_rules(admin: Admin) -> None:
    guest = Guest.objects.create(name="Bo")
    assert admin.open(guest).send(name="a\tb").status_code == 200
    assert admin.open(guest).send(name=" Bob ").status_code == 302
    assert Guest.objects.get().name == "Bob"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite nobody can write within a transaction")
@pytest.mark.django_db(transaction=True)
def test_a_write_between_loading_and_locking_is_not_undone(monkeypatch: pytest.MonkeyPatch) -> None:
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
    with invariants_hold(room) as events:
        page.send(name="Cellar")
    room.refresh_from_db()
    assert (room.name, room.playing_id) == ("Cellar", item.pk)
    assert [event["type"] for event in events] == ["track.playing", "room.renamed"]
    assert room.plays.get().ended_at is None


# --- Items -------------------------------------------------------------------------------------------


def test_a_queued_track_is_an_error_in_the_form_and_a_full_room_a_message(
    admin: Admin, room: Room, settings
) -> None:
    (item,) = queued(room, "A")
    response = admin.open_new(PlaylistTrack).send(room=room.pk, track=item.track_id, added_by="Cem")
    assert response.status_code == 200
    assert b"already exists" in response.content
    settings.MAX_QUEUE_ITEMS = 1
    with invariants_hold(room) as events:
        page = admin.open_new(PlaylistTrack)
        text = page.send_and_follow(room=room.pk, track=new_track("B").pk, added_by="Cem")
    assert "The queue is full." in text
    assert not events


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("added_by", name) for name in ("a\u0000b", "a\tb", "a\u2028b", "  ", "x" * 51)),
        *(("position", position) for position in ("nan", "inf", "1e16", "1.5e15", "-2e15", "x", "")),
    ],
)
def test_values_that_the_api_rejects_are_errors_in_the_form(
    admin: Admin, room: Room, field: str, value: str
) -> None:
    (item,) = queued(room, "A")
    with invariants_hold(room) as events:
        assert admin.open(item).send(**{field: value}).status_code == 200
    assert not events


@pytest.mark.parametrize("order", ["manual", "votes"])
def test_an_unchanged_form_sends_no_event_nor_do_values_that_cannot_be_typed(
    admin: Admin, room: Room, order: str
) -> None:
    room.chosen_order = order
    room.save()
    (item,) = queued(room, "A")
    other, track = Room.objects.create(slug="other", name="Other"), new_track("B")
    with invariants_hold(room) as events:
        assert admin.open(item).send().status_code == 302
        admin.open(item).send(votes="7", room=other.pk, track=track.pk, played_at_0="2026-01-01")
    assert not events


def test_an_outdated_form_does_not_undo_changes_of_others(admin: Admin, room: Room) -> None:
    first, _second, third = queued(room, "ABC")
    old = admin.open(third)
    change_item(slug="kitchen", item_id=third.pk, place=Place(before_id=first.pk), is_playing=None)
    cast_vote(slug="kitchen", item_id=third.pk, voter="net:x", value=1)
    with invariants_hold(room) as events:
        old.send(added_by="Cem")
    assert [event["type"] for event in events] == ["track.updated"]
    item = PlaylistTrack.objects.get(pk=third.pk)
    assert (titles(room), item.added_by, item.votes) == ("CAB", "Cem", 1)


def test_a_form_without_its_initial_values_is_compared_with_the_row(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    path = admin.open(item).path
    with invariants_hold(room) as events:
        admin.client.post(path, {"position": str(item.position), "added_by": "Cem"})
    assert [event["type"] for event in events] == ["track.updated"]


def test_a_position_that_was_just_taken_moves_the_item_behind_it_and_a_switch_to_votes_ignores_the_move(
    admin: Admin, room: Room
) -> None:
    _first, second, third = queued(room, "ABC")
    old = admin.open(third)
    change_item(slug="kitchen", item_id=second.pk, place=Place(position=0.5), is_playing=None)
    with invariants_hold(room):
        old.send(position="0.5")
    assert titles(room) == "BCA"

    older = admin.open(second)
    room.chosen_order = "votes"
    room.save(update_fields=["chosen_order"])
    before = titles(room)
    with invariants_hold(room) as events:
        older.send(position="77")
    assert not events
    assert titles(room) == before
