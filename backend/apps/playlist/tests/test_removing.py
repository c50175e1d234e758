"""What is removed can be brought back for ten minutes, as it was and where it stood."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.playlist.errors import DuplicateTrack, QueueFull
from apps.playlist.models import PlaylistTrack, RemovedItem, Vote
from apps.playlist.services import Place, add_item, play_item, remove_item, restore_item
from apps.playlist.tests.rooms import add, new_room, queued, telling, titles, told, vote
from apps.playlist.upkeep import forget_removed_items
from apps.tracks.services import delete_track
from core.errors import NotFound

NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def remove(item: PlaylistTrack) -> None:
    remove_item(slug=item.room.slug, item_id=item.pk)


def restore(item: PlaylistTrack) -> PlaylistTrack:
    return restore_item(slug=item.room.slug, item_id=item.pk)


def test_what_is_removed_is_gone_and_told(room):
    first, _second = queued(room, "ab")
    with telling(room) as events:
        remove(first)
    assert (titles(room), events) == ("b", ["track.removed"])
    assert told(room)[-1] == ("track.removed", {"id": first.pk, "track_id": first.track_id})
    with pytest.raises(NotFound):
        remove(first)


def test_removing_what_plays_stops_it_first(room):
    (item,) = queued(room, "a")
    play_item(slug=room.slug, item_id=item.pk)
    with telling(room) as events:
        remove(item)
    assert events == ["track.playing", "track.removed"]
    assert told(room)[-2][1] == {"id": None, "is_playing": False, "stopped_id": item.pk}
    room.refresh_from_db()
    assert room.playing_id is None
    assert room.plays.get().ended_at == NOW


def test_it_comes_back_as_it_was(room, clock):
    _first, second, _third = queued(room, "abc")
    vote(second, 3)
    play_item(slug=room.slug, item_id=second.pk)
    before = PlaylistTrack.objects.get(pk=second.pk)
    clock.shift(60)
    remove(second)
    clock.shift(60)
    with telling(room) as events:
        item = restore(second)
    assert (titles(room), events) == ("abc", ["track.added"])
    assert (item.pk, item.track_id, item.votes, item.added_by) == (second.pk, second.track_id, 3, "Ada")
    assert (item.added_at, item.played_at, item.is_playing) == (before.added_at, before.played_at, False)
    assert item.votes_reached_seq == before.votes_reached_seq
    assert sorted(item.cast_votes.values_list("voter", "value")) == [(f"voter:{n}", 1) for n in range(3)]


def test_a_voter_of_a_restored_item_still_counts_once(room):
    (item,) = queued(room, "a")
    vote(item, 2)
    remove(item)
    restore(item)
    vote(item, 2)
    assert (PlaylistTrack.objects.get().votes, Vote.objects.count()) == (2, 2)


@pytest.mark.parametrize(("minutes", "comes_back"), [(0, True), (9.99, True), (10, True), (10.01, False)])
def test_for_ten_minutes_it_can_be_brought_back(room, clock, minutes: float, comes_back: bool):
    (item,) = queued(room, "a")
    remove(item)
    clock.shift(timedelta(minutes=minutes))
    if comes_back:
        assert restore(item).pk == item.pk
    else:
        with telling(room) as events, pytest.raises(NotFound, match="10 minutes"):
            restore(item)
        assert events == []


def test_what_is_there_already_stays_as_it_is(room):
    (item,) = queued(room, "a")
    with telling(room) as events:
        assert restore(item).pk == item.pk
    remove(item)
    restore(item)
    with telling(room) as more:
        restore(item)
    assert events == more == []


def test_it_can_be_removed_and_brought_back_again(room, clock):
    _first, second = queued(room, "ab")
    for _ in range(3):
        remove(second)
        clock.shift(timedelta(minutes=9))
        restore(second)
    assert titles(room) == "ab"


def test_a_track_that_is_queued_again_meanwhile_is_a_duplicate(room):
    (item,) = queued(room, "a")
    remove(item)
    again = add_item(slug=room.slug, track_id=item.track_id, added_by="Bo", place=Place())
    with telling(room) as events, pytest.raises(DuplicateTrack) as refusal:
        restore(item)
    assert refusal.value.details == {"track_id": item.track_id, "item_id": again.pk}
    assert events == []


def test_a_full_queue_takes_nothing_back(room, settings):
    first, _ = queued(room, "ab")
    remove(first)
    settings.MAX_QUEUE_ITEMS = 1
    with pytest.raises(QueueFull):
        restore(first)


def test_a_track_that_left_the_library_does_not_come_back(room):
    (item,) = queued(room, "a")
    remove(item)
    delete_track(track_id=item.track_id)
    with pytest.raises(NotFound):
        restore(item)


def test_an_item_is_restored_in_its_own_room_only(room):
    (item,) = queued(room, "a")
    remove(item)
    with pytest.raises(NotFound):
        restore_item(slug=new_room().slug, item_id=item.pk)


@pytest.mark.parametrize(
    ("removed", "back", "order"),
    [
        ("b", "b", "abcd"),
        ("a", "a", "abcd"),
        ("d", "d", "abcd"),
        ("ab", "b", "bcd"),
        ("ba", "b", "bcd"),
        ("bc", "c", "acd"),
        ("cb", "c", "acd"),
        ("abcd", "dcba", "abcd"),
        ("abcd", "abcd", "abcd"),
        ("dcba", "bdac", "abcd"),
    ],
)
def test_it_comes_back_behind_the_one_that_it_stood_behind_or_nearby(
    room, removed: str, back: str, order: str
):
    items = dict(zip("abcd", queued(room, "abcd"), strict=True))
    for title in removed:
        remove(items[title])
    for title in back:
        restore(items[title])
    assert sorted(titles(room)) == sorted(order)
    if len(back) == 1:
        assert titles(room) == order


def test_where_votes_decide_it_comes_back_to_its_rank(voted_room):
    _first, second, third = queued(voted_room, "abc")
    vote(third, 2)
    vote(second, 1)
    assert titles(voted_room) == "cba"
    remove(third)
    with telling(voted_room) as events:
        restore(third)
    assert (titles(voted_room), events) == ("cba", ["track.added"])


def test_records_are_forgotten_when_nobody_can_name_them_any_more(room, clock, settings):
    settings.EVENT_LOG_KEEP_DAYS = 7
    first, second = queued(room, "ab")
    remove(first)
    clock.shift(timedelta(days=1))
    remove(second)
    assert forget_removed_items(now=NOW + timedelta(days=7)) == 0
    assert forget_removed_items(now=NOW + timedelta(days=7, seconds=1)) == 1
    assert RemovedItem.objects.get().pk == second.pk
    assert str(RemovedItem.objects.get()) == f"{second.pk}, removed"
    clock.shift(timedelta(days=30))
    assert forget_removed_items() == 1


def test_a_neighbour_whose_record_is_forgotten_leaves_the_end(room):
    items = queued(room, "abcd")
    remove(items[2])
    remove(items[1])
    RemovedItem.objects.filter(pk=items[1].pk).delete()
    add(room, "x", place=Place(after_id=items[2].pk))
    assert titles(room) == "adx"
