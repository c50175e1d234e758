"""Rooms: made, changed and ended by whoever made them; the main room always exists."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.playlist.models import MAIN_ROOM, Play, PlaylistTrack, Room
from apps.playlist.room_services import (
    LONGEST_MADE_SLUG,
    SLUG_PATTERN,
    change_room,
    create_room,
    delete_room,
    ensure_main_room,
)
from apps.playlist.selectors import room_for, rooms_with_counts
from apps.playlist.services import play_item
from apps.playlist.tests.rooms import new_room, queued, telling, titles, vote
from apps.realtime.models import Event, Stream
from apps.realtime.publishing import Hint
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.identity import Caller
from core.tests.undoing import undone

ADA = Caller(key="user:1", address="192.0.2.1", user_id=1)
BO = Caller(key="guest:b", address="192.0.2.1", guest_id="b")
CEM = Caller(key="net:c", address="192.0.2.1")
STAFF = Caller(key="user:2", address="192.0.2.1", user_id=2, is_staff=True)


def made(caller: Caller = ADA, **wanted: Any) -> Room:
    given_fields = {"name": "Party", "slug": None, "is_public": True, "order": None, **wanted}
    return create_room(caller=caller, **given_fields)


@pytest.mark.django_db
def test_a_new_room_has_a_stream_of_its_own():
    room = made(name="Friday", is_public=False)
    assert (room.slug, room.name, room.is_public, room.order) == ("friday", "Friday", False, "manual")
    assert (room.stream.kind, room.stream.name, room.stream.seq) == ("playlist", "friday", 0)
    assert room.playing_id is None
    assert str(room) == "Friday"


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "order"), [(True, "votes"), (False, "manual")])
def test_a_new_room_keeps_the_order_that_was_set_when_it_was_made(settings, setting: bool, order: str):
    settings.AUTO_SORT_BY_VOTES = setting
    room = made()
    settings.AUTO_SORT_BY_VOTES = not setting
    assert Room.objects.get(pk=room.pk).order == order


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Friday Night", "friday-night"),
        ("  Ünïcödé  ", "unicode"),
        ("a_b", "a-b"),
        ("__x__", "x"),
        ("a" * 80, "a" * LONGEST_MADE_SLUG),
        ("Main", "main-2"),
    ],
)
def test_a_slug_is_made_from_the_name(name: str, slug: str):
    assert made(name=name).slug == slug


@pytest.mark.django_db
def test_rooms_of_one_name_are_numbered():
    assert [made(name="Party").slug for _ in range(4)] == ["party", "party-2", "party-3", "party-4"]


@given(st.text(min_size=1, max_size=80).filter(lambda name: "\x00" not in name and name.isprintable()))
def test_every_name_makes_a_slug(db, name: str):
    with undone():
        for _ in range(2):
            slug = made(name=name).slug
            assert SLUG_PATTERN.fullmatch(slug)
            assert 1 <= len(slug) <= 50


@pytest.mark.django_db
def test_a_slug_that_is_taken_is_a_conflict_that_names_it():
    made(slug="friday")
    with pytest.raises(Conflict) as refusal:
        made(slug="friday")
    assert refusal.value.details == {"slug": "friday"}
    assert Room.objects.filter(slug="friday").count() == 1
    assert Stream.objects.filter(name="friday").count() == 1


# --- Who may -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("owner", [ADA, BO], ids=["account", "guest"])
def test_whoever_made_it_and_staff_may_change_it(owner: Caller):
    room = made(owner)
    for caller in (owner, STAFF):
        changed = change_room(caller=caller, slug=room.slug, changes={"name": f"Of {caller.key}"})
        assert changed.name == f"Of {caller.key}"


@pytest.mark.django_db
@pytest.mark.parametrize("caller", [BO, CEM], ids=["guest", "address"])
def test_nobody_else_may(caller: Caller):
    room = made(ADA)
    with pytest.raises(NotPermitted):
        change_room(caller=caller, slug=room.slug, changes={"name": "x"})
    with pytest.raises(NotPermitted):
        delete_room(caller=caller, slug=room.slug)
    assert Room.objects.get(pk=room.pk).name == "Party"


@pytest.mark.django_db
def test_an_address_owns_nothing():
    room = made(CEM)
    assert room.created_by == ""
    with pytest.raises(NotPermitted):
        change_room(caller=CEM, slug=room.slug, changes={"name": "x"})
    with pytest.raises(NotPermitted):
        change_room(caller=Caller(key="", address="x"), slug=room.slug, changes={"name": "x"})


@pytest.mark.django_db
def test_a_room_that_is_not_there_is_not_found():
    for write in (
        lambda: change_room(caller=STAFF, slug="nowhere", changes={}),
        lambda: delete_room(caller=STAFF, slug="nowhere"),
        lambda: room_for("nowhere"),
    ):
        with pytest.raises(NotFound):
            write()


# --- Changing ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_what_is_named_changes():
    room = made(name="Party", is_public=True, order="votes")
    change_room(caller=ADA, slug=room.slug, changes={"is_public": False})
    fresh = Room.objects.get(pk=room.pk)
    assert (fresh.name, fresh.is_public, fresh.order) == ("Party", False, "votes")


@pytest.mark.django_db
def test_a_new_order_puts_the_queue_in_order():
    room = made()
    vote(queued(room, "abc")[2], 1)
    with telling(room) as events:
        change_room(caller=ADA, slug=room.slug, changes={"order": "votes"})
    assert (titles(room), events) == ("cab", ["playlist.reordered"])


def test_a_room_keeps_its_slug(room):
    slug = room.slug
    room.slug = "another"
    with pytest.raises(InvalidInput) as refusal, transaction.atomic():
        room.save()
    assert list(refusal.value.details) == ["slug"]
    assert Room.objects.get(pk=room.pk).slug == slug


# --- Ending ------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["service", "instance", "queryset"])
def test_a_room_ends_with_its_queue_its_plays_and_its_stream(
    way: str, monkeypatch, django_capture_on_commit_callbacks
):
    hints: list[Hint] = []
    monkeypatch.setattr("apps.realtime.services.publish", hints.append)
    room = made()
    items = queued(room, "abc")
    vote(items[0], 2)
    play_item(slug=room.slug, item_id=items[1].pk)
    with django_capture_on_commit_callbacks(execute=True):
        if way == "service":
            delete_room(caller=ADA, slug=room.slug)
        elif way == "instance":
            Room.objects.get(pk=room.pk).delete()
        else:
            Room.objects.filter(pk=room.pk).delete()
    assert not Room.objects.filter(slug=room.slug).exists()
    assert not Stream.objects.filter(pk=room.stream_id).exists()
    assert not Event.objects.filter(stream_id=room.stream_id).exists()
    assert not PlaylistTrack.objects.exists()
    assert not Play.objects.exists()
    assert hints == [Hint(room.stream_id, "", 0, None)]


@pytest.mark.django_db
def test_a_later_room_of_the_same_slug_has_a_new_epoch():
    first = made(slug="friday")
    delete_room(caller=ADA, slug="friday")
    again = made(slug="friday")
    assert again.stream_id != first.stream_id
    assert again.stream.epoch != first.stream.epoch


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["service", "instance", "queryset"])
def test_the_main_room_can_t_be_deleted(way: str):
    main = Room.objects.get(slug=MAIN_ROOM)
    delete: Any = {
        "service": lambda: delete_room(caller=STAFF, slug=MAIN_ROOM),
        "instance": main.delete,
        "queryset": Room.objects.all().delete,
    }[way]
    with pytest.raises(Conflict), transaction.atomic():
        delete()
    assert Room.objects.filter(slug=MAIN_ROOM).exists()
    assert Stream.objects.filter(pk=main.stream_id).exists()


@pytest.mark.django_db
def test_the_main_room_is_there_after_every_migration():
    main = Room.objects.get(slug=MAIN_ROOM)
    assert (main.chosen_order, main.created_by, main.is_public) == ("", "", True)
    call_command("migrate", verbosity=0)
    ensure_main_room()
    assert Room.objects.get(slug=MAIN_ROOM) == main


@pytest.mark.django_db
def test_the_main_room_follows_the_setting_until_somebody_decides(settings):
    assert room_for(MAIN_ROOM).order == "manual"
    settings.AUTO_SORT_BY_VOTES = True
    assert room_for(MAIN_ROOM).order == "votes"
    change_room(caller=STAFF, slug=MAIN_ROOM, changes={"name": "Living room"})
    assert room_for(MAIN_ROOM).order == "votes"
    change_room(caller=STAFF, slug=MAIN_ROOM, changes={"order": "manual"})
    assert room_for(MAIN_ROOM).order == "manual"
    settings.AUTO_SORT_BY_VOTES = False
    change_room(caller=STAFF, slug=MAIN_ROOM, changes={"order": "votes"})
    assert room_for(MAIN_ROOM).order == "votes"


def test_rooms_are_counted_with_their_items(room):
    queued(room, "abc")
    empty = new_room()
    counts = {one.pk: one.item_count for one in rooms_with_counts()}  # type: ignore[attr-defined]
    assert (counts[room.pk], counts[empty.pk]) == (3, 0)
