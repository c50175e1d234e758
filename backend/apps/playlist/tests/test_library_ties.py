"""A track of the library that changes or goes is told in every room that queues it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from apps.playlist.errors import DuplicateTrack
from apps.playlist.library_ties import lock_rooms_of_track
from apps.playlist.models import PlaylistTrack
from apps.playlist.services import Place, add_item, play_item, remove_item, restore_item
from apps.playlist.tests.laws import log_of, room_now
from apps.playlist.tests.rooms import add, new_room, new_track, queued, telling, titles, told
from apps.tracks.models import Track
from apps.tracks.services import change_track, delete_track
from core.errors import NotFound
from tests.fold import folded

# Enough for both to come first.
RACES = 30


@pytest.fixture
def track(db) -> Track:
    return new_track("x")


@pytest.fixture
def three(track):
    """Two rooms that queue the track, and one that does not."""
    rooms = new_room(), new_room(), new_room()
    for room in rooms:
        queued(room, "ab")
    for room in rooms[:2]:
        add_item(slug=room.slug, track_id=track.pk, added_by="Ada", place=Place())
    return rooms


@pytest.mark.parametrize("way", ["service", "instance"])
def test_a_correction_is_told_in_each_room_that_shows_it(three, track, way: str):
    first, second, other = three
    with telling(first) as in_first, telling(second) as in_second, telling(other) as in_other:
        if way == "service":
            change_track(track_id=track.pk, changes={"title": "y", "album": "Live"})
        else:
            track.title = "y"
            track.save()
    assert (in_first, in_second, in_other) == (["track.updated"], ["track.updated"], [])
    assert told(first)[-1][1]["track"]["title"] == "y"


@pytest.mark.parametrize(
    "changes",
    [
        {"artist": "Bo"},
        {"album": "Live"},
        {"genre": "pop"},
        {"duration_seconds": 61},
        {"cover_url": "https://example.org/a.png"},
        {"isrc": "GBUM71029604"},
    ],
)
def test_whatever_an_item_shows_of_its_track_is_told(three, track, changes):
    with telling(three[0]) as events:
        change_track(track_id=track.pk, changes=changes)
    assert events == ["track.updated"]


def test_what_changes_nothing_is_told_nobody(three, track):
    with telling(three[0]) as events:
        change_track(track_id=track.pk, changes={"title": "x"})
        track.save()
    assert events == []


@pytest.mark.parametrize("way", ["service", "instance", "queryset"])
def test_a_track_that_goes_takes_its_items_along_one_by_one(three, track, way: str):
    first, second, other = three
    with telling(first) as in_first, telling(second) as in_second, telling(other) as in_other:
        if way == "service":
            delete_track(track_id=track.pk)
        elif way == "instance":
            track.delete()
        else:
            Track.objects.filter(pk=track.pk).delete()
    assert (in_first, in_second, in_other) == (["track.removed"], ["track.removed"], [])
    assert (titles(first), titles(second), titles(other)) == ("ab", "ab", "ab")
    assert not Track.objects.filter(pk=track.pk).exists()


def test_a_track_that_goes_while_it_plays_stops_first(three, track):
    room = three[0]
    item = PlaylistTrack.objects.get(room=room, track=track)
    play_item(slug=room.slug, item_id=item.pk)
    with telling(room) as events:
        delete_track(track_id=track.pk)
    assert events == ["track.playing", "track.removed"]
    assert room.plays.get().track_id is None


def test_another_track_s_change_is_told_nobody(three):
    with telling(three[0]) as events:
        change_track(track_id=add(new_room(), "z").track_id, changes={"title": "zz"})
    assert events == []


def test_locking_the_rooms_of_a_track_that_nobody_queues_is_fine(track):
    lock_rooms_of_track(track.pk)


@pytest.mark.django_db(transaction=True)
def test_a_track_that_is_queued_while_it_goes_leaves_no_room_in_doubt():
    """Whichever comes first: what clients were told is what is there."""
    rooms = [new_room() for _ in range(3)]
    track = new_track("x")
    before = [room_now(room) for room in rooms]

    def write(number: int) -> None:
        try:
            if number == 1:
                delete_track(track_id=track.pk)
            else:
                add_item(slug=rooms[number % 3].slug, track_id=track.pk, added_by="Ada", place=Place())
        except (NotFound, DuplicateTrack):
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert not PlaylistTrack.objects.exists()
    for room, start in zip(rooms, before, strict=True):
        after = room_now(room)
        assert folded(start, log_of(room, since=start.seq)) == after
        assert after.items == []


@pytest.mark.django_db(transaction=True)
def test_an_item_that_is_restored_while_its_track_goes_comes_back_or_is_not_found():
    room = new_room()
    for number in range(RACES):
        track = new_track(f"x{number}")
        item = add_item(slug=room.slug, track_id=track.pk, added_by="Ada", place=Place())
        remove_item(slug=room.slug, item_id=item.pk)
        both = Barrier(2)

        def write(deed: Callable[[], object], both: Barrier = both) -> None:
            both.wait(timeout=10)
            try:
                deed()
            except NotFound:
                pass
            finally:
                connection.close()

        deeds = [
            partial(delete_track, track_id=track.pk),
            partial(restore_item, slug=room.slug, item_id=item.pk),
        ]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, deeds))
        assert not PlaylistTrack.objects.exists()
