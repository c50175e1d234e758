"""A track of the library that goes while it is queued or restored leaves no room in doubt."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.jobs.tests.concurrent_users import run_concurrently
from apps.playlist.errors import DuplicateTrack
from apps.playlist.models import PlaylistTrack
from apps.playlist.rules import lock_rooms_of_track
from apps.playlist.services import Place, add_item, remove_item, restore_item
from apps.playlist.tests.invariant_checks import log_of, room_now
from apps.playlist.tests.rooms import new_room, queued
from apps.tracks.services import delete_track
from apps.tracks.tests.factories import new_track
from core.errors import NotFound
from tests.fold import folded

# Enough for both to come first.
RACES = 30


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there the transaction is the only writer")
def test_the_rooms_of_a_track_are_locked_before_its_row(room):
    for track_id, tables in (
        (queued(room, "x")[0].track_id, ["realtime_stream", "tracks_track"]),
        (new_track("y").pk, ["tracks_track"]),
    ):
        with CaptureQueriesContext(connection) as queries:
            lock_rooms_of_track(track_id)
        locks = [query["sql"] for query in queries if " FOR " in query["sql"]]
        assert [re.findall(r'FROM "(\w+)"', lock)[0] for lock in locks] == tables


@pytest.mark.django_db(transaction=True)
def test_queueing_a_track_while_it_is_deleted_leaves_consistent_rooms():
    """Whichever comes first: the events lead to what is there."""
    rooms = [new_room() for _ in range(3)]
    track = new_track("x")
    before = [room_now(room) for room in rooms]

    def write(number: int) -> None:
        with suppress(NotFound, DuplicateTrack):
            if number == 1:
                delete_track(track_id=track.pk)
            else:
                add_item(slug=rooms[number % 3].slug, track_id=track.pk, added_by="Ada", place=Place())

    run_concurrently(4, write)
    assert not PlaylistTrack.objects.exists()
    for room, start in zip(rooms, before, strict=True):
        after = room_now(room)
        assert folded(start, log_of(room, since=start.seq)) == after
        assert after.items == []


@pytest.mark.django_db(transaction=True)
def test_restoring_an_item_while_its_track_is_deleted_succeeds_or_is_a_404():
    room = new_room()
    for number in range(RACES):
        track = new_track(f"x{number}")
        item = add_item(slug=room.slug, track_id=track.pk, added_by="Ada", place=Place())
        remove_item(slug=room.slug, item_id=item.pk)
        actions: list[Callable[[], object]] = [
            partial(delete_track, track_id=track.pk),
            partial(restore_item, slug=room.slug, item_id=item.pk),
        ]

        def write(number: int, actions: list[Callable[[], object]] = actions) -> None:
            with suppress(NotFound):
                actions[number]()

        run_concurrently(2, write)

        assert not PlaylistTrack.objects.exists()
