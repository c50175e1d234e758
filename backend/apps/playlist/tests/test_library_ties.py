"""A track of the library that changes or goes is told in every room that queues it."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.playlist.errors import DuplicateTrack
from apps.playlist.library_ties import lock_rooms_of_track
from apps.playlist.models import PlaylistTrack
from apps.playlist.services import Place, add_item, play_item, remove_item, restore_item
from apps.playlist.tests.laws import log_of, room_now
from apps.playlist.tests.rooms import new_room, new_track, queued, telling
from apps.tracks.models import Track
from apps.tracks.services import delete_track
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


def test_a_track_that_is_saved_in_the_shell_is_told_once_in_each_room(three, track):
    first, second, other = three
    track.title = "y"
    with telling(first) as in_first, telling(second) as in_second, telling(other) as in_other:
        track.save()
        track.save()
    assert (in_first, in_second, in_other) == (["track.updated"], ["track.updated"], [])


@pytest.mark.parametrize("way", ["instance", "queryset"])
def test_a_track_that_is_deleted_in_the_shell_takes_its_items_along(three, track, way: str):
    first, second, other = three
    play_item(slug=first.slug, item_id=first.items.get(track=track).pk)
    with telling(first) as in_first, telling(second) as in_second, telling(other) as in_other:
        (track if way == "instance" else Track.objects.filter(pk=track.pk)).delete()
    assert (in_first, in_second, in_other) == (["track.playing", "track.removed"], ["track.removed"], [])
    assert not Track.objects.filter(title="x").exists()
    assert first.plays.get().track_id is None


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there the transaction is the only writer")
def test_the_rooms_of_a_track_are_locked_before_its_row(three, track):
    for track_id, tables in (
        (track.pk, ["realtime_stream", "tracks_track"]),
        (new_track("y").pk, ["tracks_track"]),
    ):
        with CaptureQueriesContext(connection) as queries:
            lock_rooms_of_track(track_id)
        locks = [query["sql"] for query in queries if " FOR " in query["sql"]]
        assert [re.findall(r'FROM "(\w+)"', lock)[0] for lock in locks] == tables


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
