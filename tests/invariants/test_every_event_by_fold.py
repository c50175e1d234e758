"""Every event type of the contract, through REST, the admin and another process: fold equals fetch.

Each change is heard by a socket that was open before; one that told nothing, or nothing new, fails.
"""

import math

from tests.fold import EVENT_TYPES, Queue
from tests.invariants.admin_site import AdminSite
from tests.invariants.conftest import NewTracks
from tests.invariants.other_process import OtherProcess
from tests.invariants.rooms import RoomClient, ids_of
from tests.invariants.telling import Telling


def test_every_event_through_rest(
    telling: Telling, own_room: RoomClient, admin: AdminSite, new_tracks: NewTracks
) -> None:
    room, told = own_room, lambda change: telling.told_by(change, own_room)
    tracks = new_tracks(4)
    staff = room.seen_by(admin.http)

    assert told(lambda: room.add_all(tracks[:3])) == ["track.added"] * 3
    first, second, third = ids_of(room.fetch())
    assert told(lambda: room.move(third, before=first)) == ["track.moved"]
    assert told(lambda: room.vote(second, value=-1)) == ["track.voted"]
    assert told(lambda: room.play(first)) == ["track.playing"]
    assert told(lambda: room.set_playing(second, True)) == ["track.playing"]
    assert told(lambda: room.stop()) == ["track.playing"]
    assert told(lambda: staff.correct_track(tracks[0], title="Another tune")) == ["track.updated"]
    # What was moved to the head stands at 0.5.
    assert told(lambda: room.add(tracks[3], position=math.nextafter(0.5, 1))) == [
        "track.added",
        "playlist.reordered",
    ]
    room.play(first)
    assert told(lambda: room.remove(first)) == ["track.playing", "track.removed"]
    assert told(lambda: room.restore(first)) == ["track.added"]
    assert told(lambda: staff.forget_track(tracks[0])) == ["track.removed"]
    assert told(lambda: room.rename("Cellar")) == ["room.renamed"]
    assert telling.heard_types == EVENT_TYPES


def test_stopping_by_patch_a_move_that_plays_and_another_order_are_told(
    telling: Telling, own_room: RoomClient, items: list[int]
) -> None:
    room, told = own_room, lambda change: telling.told_by(change, own_room)
    assert told(lambda: room.set_playing(items[0], False)) == ["track.playing"]
    moved = told(lambda: room.move(items[3], before=items[0], is_playing=True))
    assert moved == ["track.moved", "track.playing"]
    assert told(lambda: room.set_order("votes")) == ["playlist.reordered"]
    # What plays, then the one with a vote, then those without.
    assert ids_of(room.fetch()) == [items[3], items[1], items[0], items[2]]


def test_every_event_in_the_order_by_votes(
    telling: Telling, votes_room: RoomClient, ranked: list[int]
) -> None:
    room, told = votes_room, lambda change: telling.told_by(change, votes_room)
    first, second, third, fourth = ranked
    assert told(lambda: room.vote(fourth, value=1)) == ["track.voted", "track.moved"]
    assert told(lambda: room.vote(fourth, value=0)) == ["track.voted", "track.moved"]
    assert told(lambda: room.play(third)) == ["track.playing", "track.moved", "track.moved"]
    assert told(lambda: room.stop()) == ["track.playing", "track.moved"]
    assert told(lambda: room.remove(second)) == ["track.removed"]
    assert told(lambda: room.restore(second)) == ["track.added"]
    assert first in ids_of(room.fetch())


def test_a_track_that_is_queued_in_two_rooms_is_told_in_both(
    telling: Telling, own_room: RoomClient, votes_room: RoomClient, admin: AdminSite, new_tracks: NewTracks
) -> None:
    (track,) = new_tracks(1)
    both = (own_room, votes_room)
    for room in both:
        room.add(track)
        room.play(ids_of(room.fetch())[0])
    staff = own_room.seen_by(admin.http)
    assert telling.told_by(lambda: staff.correct_track(track, artist="Bo"), *both) == ["track.updated"]
    assert telling.told_by(lambda: staff.forget_track(track), *both) == ["track.playing", "track.removed"]


# --- In another process ------------------------------------------------------------------------------

MODELS = """
from apps.playlist.models import PlaylistTrack, Room, Vote
from apps.tracks.models import Track
room = Room.objects.get(slug="{slug}")
item = lambda number: PlaylistTrack.objects.get(pk=number)
"""


def test_every_event_from_a_shell_in_another_process(
    telling: Telling, own_room: RoomClient, other_process: OtherProcess, new_tracks: NewTracks
) -> None:
    """With models alone, as somebody repairs things by hand; browsers hear of it through the log."""
    tracks = new_tracks(3)

    def told(code: str) -> list[str]:
        return telling.told_by(lambda: other_process.run(MODELS.format(slug=own_room.slug) + code), own_room)

    adding = f"[PlaylistTrack(room=room, track_id=t, position=n).save() for n, t in enumerate({tracks})]"
    assert told(adding) == ["track.added"] * 3
    first, second, third = ids_of(own_room.fetch())
    assert told(f"i = item({third}); i.position = -4; i.save()") == ["track.moved"]
    assert told(f"Vote.objects.create(item_id={first}, voter='seed:1', value=1)") == ["track.voted"]
    assert told("v = Vote.objects.get(item__room=room); v.value = -1; v.save()") == ["track.voted"]
    assert told("Vote.objects.filter(item__room=room).delete()") == ["track.voted"]
    assert told(f"room.playing_id = {second}; room.save()") == ["track.playing"]
    assert told(f"i = item({second}); i.added_by = 'Cem'; i.save()") == ["track.updated"]
    assert told(f"t = Track.objects.get(pk={tracks[0]}); t.title = 'Mended'; t.save()") == ["track.updated"]
    assert told(f"item({second}).delete()") == ["track.playing", "track.removed"]
    assert told(f"Track.objects.get(pk={tracks[0]}).delete()") == ["track.removed"]
    assert told("room.name = 'Cellar'; room.save()") == ["room.renamed"]
    assert ids_of(own_room.fetch()) == [third]
    assert telling.heard_types == EVENT_TYPES - {"playlist.reordered"}


def test_services_in_another_process_are_told(
    telling: Telling, own_room: RoomClient, items: list[int], other_process: OtherProcess, library: list[int]
) -> None:
    def told(code: str) -> list[str]:
        services = "from apps.playlist.services import *; from apps.playlist import services\n"
        return telling.told_by(lambda: other_process.run(services + code), own_room)

    place = "services.Place(after_id={}, position=None)"
    adding = f"add_item(slug='{own_room.slug}', track_id={library[20]}, added_by='Bo', place={place})"
    assert told(adding.format(items[0])) == ["track.added"]
    tight = "services.Place(position=1.0000000000000002)"
    moving = (
        f"services.change_item(slug='{own_room.slug}', item_id={items[3]}, place={tight}, is_playing=None)"
    )
    assert told(moving) == ["track.moved", "playlist.reordered"]
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
