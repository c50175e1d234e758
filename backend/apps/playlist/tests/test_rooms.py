"""Rooms: made, changed and ended by their owners; the main room always exists."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.playlist.models import STREAM_KIND, Play, PlaylistTrack
from apps.playlist.services import play_item
from apps.playlist.tests.people import Person
from apps.playlist.tests.rooms import event_recorder, queued, vote
from apps.playlist.wish_services import make_wish, purge_old_wishes
from apps.realtime.models import Event, Stream
from apps.realtime.publishing import Hint
from apps.realtime.services import lock_streams, note_visits
from apps.rooms import services
from apps.rooms.models import MAIN_ROOM, Room
from apps.rooms.selectors import room_for
from apps.rooms.services import (
    SLUG_PATTERN,
    change_room,
    create_room,
    delete_room,
    ensure_main_room,
    purge_empty_rooms,
)
from core.errors import Conflict, InvalidInput
from core.identity import Caller
from core.tests.rollback import rolled_back

pytestmark = pytest.mark.django_db
ADA = Caller(key="user:1", address="192.0.2.1", user_id=1)
STAFF = Caller(key="user:2", address="192.0.2.1", user_id=2, is_staff=True)


def made(caller: Caller = ADA, **wanted: Any) -> Room:
    given_fields = {"name": "Party", "slug": None, "is_public": True, "order": None, **wanted}
    return create_room(caller=caller, **given_fields)


@pytest.mark.parametrize(("setting", "order"), [(True, "votes"), (False, "manual")])
def test_a_new_room_keeps_the_default_order_of_its_creation(settings, setting: bool, order: str):
    settings.AUTO_SORT_BY_VOTES = setting
    room = made()
    settings.AUTO_SORT_BY_VOTES = not setting
    assert Room.objects.get(pk=room.pk).order == order


@given(st.text(min_size=1, max_size=80).filter(lambda name: "\x00" not in name and name.isprintable()))
def test_every_name_makes_a_slug(db, name: str):
    with rolled_back():
        for _ in range(2):
            slug = made(name=name).slug
            assert SLUG_PATTERN.fullmatch(slug)
            assert 1 <= len(slug) <= 50


def test_a_room_keeps_its_slug(room):
    slug = room.slug
    room.slug = "another"
    with pytest.raises(InvalidInput) as rejection, transaction.atomic():
        room.save()
    assert list(rejection.value.details) == ["slug"]
    assert Room.objects.get(pk=room.pk).slug == slug


@pytest.mark.parametrize("way", ["service", "instance", "queryset"])
def test_a_room_ends_with_its_queue_its_plays_and_its_stream(
    way: str, monkeypatch, django_capture_on_commit_callbacks
):
    hints: list[Hint] = []
    monkeypatch.setattr("apps.realtime.locks.publish", hints.append)
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


def test_the_main_room_always_exists_and_has_the_default_order_until_it_is_changed(settings):
    main = Room.objects.get(slug=MAIN_ROOM)
    assert (main.chosen_order, main.created_by, main.is_public) == ("", "", True)
    call_command("migrate", verbosity=0)
    ensure_main_room()
    assert Room.objects.get(slug=MAIN_ROOM) == main
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


def unvisited_for(room: Room, days: float) -> None:
    Stream.objects.filter(pk=room.stream_id).update(visited_at=timezone.now() - timedelta(days=days))


def test_empty_rooms_without_a_visit_for_30_days_are_deleted():
    ensure_main_room()
    forgotten, lately, full = made(), made(), made()
    queued(full, "a")
    for room, days in ((forgotten, 31), (lately, 29), (full, 31), (room_for(MAIN_ROOM), 31)):
        unvisited_for(room, days)

    assert (purge_empty_rooms(), purge_empty_rooms()) == (1, 0)

    kept = {MAIN_ROOM, lately.slug, full.slug}
    assert set(Room.objects.values_list("slug", flat=True)) == kept
    assert set(Stream.objects.filter(kind=STREAM_KIND).values_list("name", flat=True)) == kept


@pytest.mark.parametrize("way", ["visited", "filled", "deleted"])
def test_a_room_that_is_used_at_the_moment_of_its_deletion_stays(monkeypatch, way: str):
    """The room is found, used before its lock is taken, and looked at again under the lock."""
    used, other = made(), made()
    for room in (used, other):
        unvisited_for(room, 31)

    def use(stream_ids: list[int]) -> None:
        if used.stream_id in stream_ids:
            if way == "visited":
                note_visits(stream_ids)
            elif way == "filled":
                queued(used, "a")
                unvisited_for(used, 31)
            else:
                used.delete()
        lock_streams(stream_ids)

    monkeypatch.setattr(services, "lock_streams", use)
    assert purge_empty_rooms() == 1
    assert Room.objects.filter(pk=used.pk).exists() == (way != "deleted")
    assert not Room.objects.filter(pk=other.pk).exists()


def test_wishes_expire_after_a_day():
    room = made()
    for text in ("Halo", "Yellow"):
        make_wish(slug=room.slug, text=text, wished_by="Ada", wisher=Person.as_guest("Ada").key)
    old = room.wishes.get(text="Halo")
    room.wishes.filter(pk=old.pk).update_without_events(wished_at=timezone.now() - timedelta(days=1.01))
    with event_recorder(room) as events:
        assert (purge_old_wishes(), purge_old_wishes()) == (1, 0)
    assert events == ["room.wishes"]
    assert [wish.text for wish in room.wishes.all()] == ["Yellow"]


def test_a_visit_is_stored_once_a_day(client, django_assert_num_queries):
    room = made()
    for visit in (
        lambda: client.get(f"/api/rooms/{room.slug}/playlist/"),
        lambda: change_room(caller=ADA, slug=room.slug, changes={"name": "Another"}),
        lambda: note_visits([room.stream_id]),
    ):
        unvisited_for(room, 31)
        visit()
        assert purge_empty_rooms() == 0
    with django_assert_num_queries(1):
        note_visits([room.stream_id])
    unvisited_for(room, 1.1)
    with django_assert_num_queries(2):
        note_visits([room.stream_id])
