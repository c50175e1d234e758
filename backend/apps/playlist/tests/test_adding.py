"""A track is queued at the end, or where it is wanted; once in a room, and never over the limit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection

from apps.playlist.errors import DuplicateTrack, QueueFull
from apps.playlist.models import PlaylistTrack
from apps.playlist.services import Place, add_item, remove_item
from apps.playlist.tests.rooms import (
    add,
    new_room,
    new_track,
    positions,
    queued,
    telling,
    titles,
    told,
)
from core.errors import InvalidInput, NotFound
from core.tests.undoing import undone


@time_machine.travel(datetime(2025, 12, 4, 12, 0, tzinfo=UTC), tick=False)
def test_a_new_item_is_whole(room):
    track = new_track("Halo")
    with telling(room) as events:
        item = add_item(slug=room.slug, track_id=track.pk, added_by="Ada", place=Place())
    assert events == ["track.added"]
    assert (item.room, item.track, item.position, item.votes) == (room, track, 1.0, 0)
    assert (item.added_by, item.is_playing, item.played_at) == ("Ada", False, None)
    assert item.added_at == datetime(2025, 12, 4, 12, 0, tzinfo=UTC)
    assert str(item) == "Halo — Beyoncé in Party"


def test_without_a_place_it_goes_to_the_end(room):
    queued(room, "abc")
    assert (titles(room), positions(room)) == ("abc", [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("place", "order", "position"),
    [
        (lambda items: Place(after_id=items[0].pk), "axbc", 1.5),
        (lambda items: Place(after_id=items[2].pk), "abcx", 4.0),
        (lambda items: Place(before_id=items[0].pk), "xabc", 0.0),
        (lambda items: Place(before_id=items[2].pk), "abxc", 2.5),
        (lambda items: Place(position=1.25), "axbc", 1.25),
        (lambda items: Place(position=-7.0), "xabc", -7.0),
        (lambda items: Place(position=0.0), "xabc", 0.0),
        (lambda items: Place(position=99.0), "abcx", 99.0),
        (lambda items: Place(position=2.0), "abxc", 2.5),
        (lambda items: Place(position=3.0), "abcx", 4.0),
    ],
)
def test_it_goes_where_it_is_wanted(room, place, order: str, position: float):
    items = queued(room, "abc")
    with telling(room) as events:
        item = add(room, "x", place=place(items))
    assert (titles(room), item.position, events) == (order, position, ["track.added"])


def test_minus_zero_is_stored_as_zero(room):
    assert str(add(room, "a", place=Place(position=-0.0)).position) == "0.0"
    assert str(PlaylistTrack.objects.get().position) == "0.0"


@pytest.mark.parametrize("field", ["after", "before"])
def test_a_neighbour_that_was_never_in_the_room_is_refused_by_name(room, field: str):
    elsewhere = add(new_room(), "z")
    for item_id in (elsewhere.pk, elsewhere.pk + 1000):
        with pytest.raises(InvalidInput) as refusal:
            add(room, "x", place=Place(**{f"{field}_id": item_id}))
        assert list(refusal.value.details) == [field]
    assert titles(room) == ""


@pytest.mark.parametrize(("field", "order"), [("after", "axcd"), ("before", "axcd")])
def test_where_the_neighbour_has_gone_its_place_is_taken(room, field: str, order: str):
    items = queued(room, "abcd")
    remove_item(slug=room.slug, item_id=items[1].pk)
    add(room, "x", place=Place(**{f"{field}_id": items[1].pk}))
    assert titles(room) == order


def test_where_the_neighbour_and_those_before_it_have_gone_the_head_is_taken(room):
    items = queued(room, "abcd")
    for item in (items[0], items[1]):
        remove_item(slug=room.slug, item_id=item.pk)
    add(room, "x", place=Place(after_id=items[1].pk))
    assert titles(room) == "xcd"


def test_a_chain_of_removed_neighbours_is_followed_to_one_that_is_there(room):
    items = queued(room, "abcde")
    for item in (items[3], items[2], items[1]):
        remove_item(slug=room.slug, item_id=item.pk)
    add(room, "x", place=Place(after_id=items[3].pk))
    assert titles(room) == "axe"


def test_a_track_that_is_not_in_the_library_is_not_found(room):
    with pytest.raises(NotFound, match="library"):
        add_item(slug=room.slug, track_id=10**9, added_by="Ada", place=Place())


def test_a_track_is_queued_once_in_a_room(room):
    track = new_track()
    item = add_item(slug=room.slug, track_id=track.pk, added_by="Ada", place=Place())
    with telling(room) as events, pytest.raises(DuplicateTrack) as refusal:
        add_item(slug=room.slug, track_id=track.pk, added_by="Bo", place=Place())
    assert refusal.value.details == {"track_id": track.pk, "item_id": item.pk}
    assert events == []
    other = add_item(slug=new_room().slug, track_id=track.pk, added_by="Bo", place=Place())
    assert other.pk != item.pk


def test_a_full_queue_takes_no_more(room, settings):
    settings.MAX_QUEUE_ITEMS = 3
    queued(room, "abc")
    with telling(room) as events, pytest.raises(QueueFull) as refusal:
        add(room, "x")
    assert (refusal.value.details, events) == ({"max_items": 3}, [])
    remove_item(slug=room.slug, item_id=room.items.all()[0].pk)
    add(room, "y")
    assert titles(room) == "bcy"


def test_what_is_rolled_back_was_never_told(room):
    with undone():
        add(room, "a")
    assert told(room) == []
    add(room, "b")
    assert [event_type for event_type, _ in told(room)] == ["track.added"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_queue_one_track_at_once_one_succeeds():
    room, track = new_room(), new_track()

    def write(writer: int) -> str:
        try:
            add_item(slug=room.slug, track_id=track.pk, added_by=f"Ada {writer}", place=Place())
        except DuplicateTrack as refusal:
            return refusal.code
        finally:
            connection.close()
        return "added"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(write, range(4)))
    assert outcomes == ["DUPLICATE_TRACK"] * 3 + ["added"]
    assert [event_type for event_type, _ in told(room)] == ["track.added"]
