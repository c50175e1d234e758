"""An item is moved to where it is wanted; to where it stands already is no move."""

import itertools

import pytest

from apps.playlist.errors import OrderedByVotes
from apps.playlist.models import PlaylistTrack
from apps.playlist.positions import MAX_POSITION
from apps.playlist.services import Place, change_item, remove_item
from apps.playlist.tests.rooms import (
    add,
    new_room,
    place_at,
    positions,
    queued,
    telling,
    titles,
    told,
)
from core.errors import InvalidInput


def move(item: PlaylistTrack, place: Place) -> PlaylistTrack:
    return change_item(slug=item.room.slug, item_id=item.pk, place=place, is_playing=None)


@pytest.mark.parametrize(
    ("place", "order"),
    [
        (lambda items: Place(after_id=items[2].pk), "acbd"),
        (lambda items: Place(after_id=items[3].pk), "acdb"),
        (lambda items: Place(before_id=items[0].pk), "bacd"),
        (lambda items: Place(before_id=items[3].pk), "acbd"),
        (lambda items: Place(position=0.0), "bacd"),
        (lambda items: Place(position=3.0), "acbd"),
        (lambda items: Place(position=3.5), "acbd"),
        (lambda items: Place(position=-1e15), "bacd"),
        (lambda items: Place(position=1e15), "acdb"),
    ],
)
def test_it_goes_where_it_is_wanted_and_is_told_once(room, place, order: str):
    items = queued(room, "abcd")
    with telling(room) as events:
        item = move(items[1], place(items))
    assert (titles(room), events) == (order, ["track.moved"])
    assert room.items.get(pk=item.pk).position == item.position


@pytest.mark.parametrize(
    "place",
    [
        lambda items: Place(after_id=items[0].pk),
        lambda items: Place(before_id=items[2].pk),
        lambda items: Place(after_id=items[1].pk),
        lambda items: Place(before_id=items[1].pk),
        lambda items: Place(position=2.0),
        lambda items: Place(position=1.0),
        lambda items: Place(),
    ],
)
def test_to_where_it_stands_already_is_no_move(room, place):
    items = queued(room, "abc")
    with telling(room) as events:
        item = move(items[1], place(items))
    assert (item.position, events, titles(room)) == (2.0, [], "abc")


def test_the_only_item_stands_everywhere(room):
    (item,) = queued(room, "a")
    assert move(item, Place(after_id=item.pk)).position == 1.0
    assert move(item, Place(position=7.0)).position == 7.0


@pytest.mark.parametrize("field", ["after_id", "before_id"])
def test_next_to_one_that_has_gone_is_where_that_stood(room, field: str):
    items = queued(room, "abcd")
    remove_item(slug=room.slug, item_id=items[1].pk)
    move(items[3], Place(**{field: items[1].pk}))
    assert titles(room) == "adc"


@pytest.mark.parametrize("field", ["after_id", "before_id"])
def test_next_to_one_that_stood_behind_it_and_has_gone_it_stands_right_already(room, field: str):
    items = queued(room, "abcd")
    remove_item(slug=room.slug, item_id=items[2].pk)
    with telling(room) as events:
        move(items[1], Place(**{field: items[2].pk}))
    assert (titles(room), events) == ("abd", [])


@pytest.mark.parametrize("field", ["after", "before"])
def test_next_to_one_of_another_room_is_refused_by_name(room, field: str):
    items, elsewhere = queued(room, "ab"), add(new_room(), "z")
    with pytest.raises(InvalidInput) as refusal:
        move(items[0], Place(**{f"{field}_id": elsewhere.pk}))
    assert list(refusal.value.details) == [field]


def test_where_votes_decide_nothing_is_moved_by_hand(voted_room):
    items = queued(voted_room, "ab")
    for place in (Place(position=9.0), Place(after_id=items[1].pk), Place(before_id=items[0].pk)):
        with telling(voted_room) as events, pytest.raises(OrderedByVotes):
            move(items[0], place)
        assert events == []
    assert move(items[0], Place()).position == 1.0


def test_a_move_and_a_start_in_one_write_are_both_told(room):
    items = queued(room, "abc")
    with telling(room) as events:
        item = change_item(
            slug=room.slug, item_id=items[2].pk, place=Place(before_id=items[0].pk), is_playing=True
        )
    assert (titles(room), item.is_playing, events) == ("cab", True, ["track.moved", "track.playing"])


def test_only_what_plays_is_stopped(room):
    items = queued(room, "ab")
    change_item(slug=room.slug, item_id=items[0].pk, place=Place(), is_playing=True)
    with telling(room) as events:
        change_item(slug=room.slug, item_id=items[1].pk, place=Place(), is_playing=False)
    assert events == []
    with telling(room) as events:
        item = change_item(slug=room.slug, item_id=items[0].pk, place=Place(), is_playing=False)
    assert (item.is_playing, events) == (False, ["track.playing"])


# --- When the numbers run out ------------------------------------------------------------------------


def test_any_number_of_inserts_into_one_gap_keep_every_neighbour(room):
    first, last = queued(room, "az")
    expected = [first.pk, last.pk]
    with telling(room) as events:
        for number in range(70):
            item = add(room, f"{number}", place=Place(after_id=first.pk))
            expected.insert(1, item.pk)
    assert list(room.items.order_by("position").values_list("pk", flat=True)) == expected
    assert "playlist.reordered" in events
    line = positions(room)
    assert all((low + high) / 2 not in (low, high) for low, high in itertools.pairwise(line))


def test_a_write_that_leaves_no_number_between_two_renumbers_at_once(room):
    _first, _second = queued(room, "ab")
    add(room, "c")
    with telling(room) as events:
        item = add(room, "x", place=Place(position=1.0000000000000002))
    assert events == ["track.added", "playlist.reordered"]
    assert (titles(room), positions(room)) == ("axbc", [1.0, 2.0, 3.0, 4.0])
    assert item.position == 2.0
    reordered = told(room)[-1][1]
    assert [place["position"] for place in reordered["items"]] == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("edge", [MAX_POSITION, -MAX_POSITION])
def test_behind_the_last_number_the_queue_is_renumbered(room, edge: float):
    items = queued(room, "abc")
    move(items[1], Place(position=edge))
    end = Place(after_id=items[1].pk) if edge > 0 else Place(before_id=items[1].pk)
    with telling(room) as events:
        add(room, "x", place=end)
    assert events == ["playlist.reordered", "track.added"]
    assert titles(room) == ("acbx" if edge > 0 else "xbac")
    assert all(abs(position) < 10 for position in positions(room))


def test_a_move_to_the_end_behind_the_last_number_is_a_move_and_no_accident(room):
    """The number that renumbering gives may be the one that the item had before."""
    items = queued(room, "abcd")
    for item, position in zip(items, (1.0, 5.0, 6.0, MAX_POSITION), strict=True):
        place_at(item, position)
    with telling(room):
        move(items[1], Place(after_id=items[3].pk))
    assert titles(room) == "acdb"


def test_a_tight_gap_made_behind_our_back_is_no_trap(room):
    items = queued(room, "abc")
    place_at(items[1], 1.0000000000000002)
    with telling(room) as events:
        move(items[2], Place(after_id=items[0].pk))
    assert titles(room) == "acb"
    assert "playlist.reordered" in events


def test_renumbering_holds_with_negative_and_large_numbers(room):
    items = queued(room, "abcd")
    for item, position in zip(items, (-MAX_POSITION, -3.5, 0.0, MAX_POSITION), strict=True):
        place_at(item, position)
    add(room, "x", place=Place(after_id=items[3].pk))
    assert (titles(room), positions(room)) == ("abcdx", [1.0, 2.0, 3.0, 4.0, 5.0])
