"""Writes that cause several events, in both orders and in several rooms: fold equals fetch.

Each type of event by itself: test_every_event.py.
"""

import math

from tests.fold import Queue
from tests.invariants.admin_site import AdminSite
from tests.invariants.conftest import NewTracks
from tests.invariants.other_process import OtherProcess
from tests.invariants.rooms import RoomClient, ids_of
from tests.invariants.telling import Telling


def test_an_item_between_two_neighbours_gives_all_new_positions(
    telling: Telling, own_room: RoomClient, items: list[int], library: list[int]
) -> None:
    position = math.nextafter(1.0, 2)
    reported = telling.events_of(lambda: own_room.add(library[20], position=position), own_room)
    assert reported == ["track.added", "playlist.reordered"]


def test_stopping_by_patch_a_move_that_plays_and_another_order_are_reported(
    telling: Telling, own_room: RoomClient, items: list[int]
) -> None:
    room, reported = own_room, lambda change: telling.events_of(change, own_room)
    assert reported(lambda: room.set_playing(items[0], False)) == ["track.playing"]
    moved = reported(lambda: room.move(items[3], before=items[0], is_playing=True))
    assert moved == ["track.moved", "track.playing"]
    assert reported(lambda: room.set_order("votes")) == ["playlist.reordered"]
    # What plays, then the one with a vote, then those without.
    assert ids_of(room.fetch()) == [items[3], items[1], items[0], items[2]]


def test_every_event_in_the_order_by_votes(
    telling: Telling, votes_room: RoomClient, ranked: list[int]
) -> None:
    room, reported = votes_room, lambda change: telling.events_of(change, votes_room)
    first, second, third, fourth = ranked
    assert reported(lambda: room.vote(fourth, value=1)) == ["track.voted", "track.moved"]
    assert reported(lambda: room.vote(fourth, value=0)) == ["track.voted", "track.moved"]
    assert reported(lambda: room.play(third)) == ["track.playing", "track.moved", "track.moved"]
    assert reported(lambda: room.stop()) == ["track.playing", "track.moved"]
    assert reported(lambda: room.remove(second)) == ["track.removed"]
    assert reported(lambda: room.restore(second)) == ["track.added"]
    assert first in ids_of(room.fetch())


def test_a_track_that_is_queued_in_two_rooms_is_reported_in_both(
    telling: Telling, own_room: RoomClient, votes_room: RoomClient, admin: AdminSite, new_tracks: NewTracks
) -> None:
    (track,) = new_tracks(1)
    both = (own_room, votes_room)
    for room in both:
        room.add(track)
        room.play(ids_of(room.fetch())[0])
    staff = own_room.seen_by(admin.http)
    assert telling.events_of(lambda: staff.correct_track(track, artist="Bo"), *both) == ["track.updated"]
    assert telling.events_of(lambda: staff.forget_track(track), *both) == ["track.playing", "track.removed"]


# --- In another process ------------------------------------------------------------------------------

MODELS = """
from apps.playlist.models import PlaylistTrack, Vote, Wish
from apps.rooms.models import Room
from apps.tracks.models import Track
room = Room.objects.get(slug="{slug}")
item = lambda number: PlaylistTrack.objects.get(pk=number)
"""


def test_writes_of_another_process_are_reported(
    telling: Telling, own_room: RoomClient, items: list[int], other_process: OtherProcess, library: list[int]
) -> None:
    def types_after(code: str) -> list[str]:
        services = "from apps.playlist.services import *; from apps.playlist import services\n"
        return telling.events_of(lambda: other_process.run(services + code), own_room)

    place = "services.Place(after_id={}, position=None)"
    adding = f"add_item(slug='{own_room.slug}', track_id={library[20]}, added_by='Bo', place={place})"
    assert types_after(adding.format(items[0])) == ["track.added"]
    tight = "services.Place(position=1.0000000000000002)"
    moving = (
        f"services.change_item(slug='{own_room.slug}', item_id={items[3]}, place={tight}, is_playing=None)"
    )
    assert types_after(moving) == ["track.moved", "playlist.reordered"]
    assert Queue(own_room.fetch()).playing_id == items[0]


def test_what_is_rolled_back_in_another_process_never_happened(
    own_room: RoomClient, items: list[int], other_process: OtherProcess
) -> None:
    before = own_room.fetch()
    other_process.run(
        MODELS.format(slug=own_room.slug)
        + "from django.db import transaction\n"
        + "with transaction.atomic():\n"
        + f"    item({items[3]}).delete()\n"
        + f"    room.playing_id = {items[2]}\n"
        + "    room.save()\n"
        + "    transaction.set_rollback(True)\n"
    )
    assert own_room.fetch() == before
    own_room.stop()
    (event,) = own_room.events_after(before)
    assert event["seq"] == before.seq + 1
