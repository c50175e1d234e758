"""Writes of another process are broadcast, and nothing of those that it rolls back."""

from tests.fold import Queue
from tests.invariants.event_recorder import EventRecorder
from tests.invariants.other_process import OtherProcess
from tests.invariants.rooms import RoomClient

MODELS = """
from apps.playlist.models import PlaylistTrack, Vote, Wish
from apps.rooms.models import Room
from apps.tracks.models import Track
room = Room.objects.get(slug="{slug}")
item = lambda number: PlaylistTrack.objects.get(pk=number)
"""


def test_writes_of_another_process_are_broadcast(
    event_recorder: EventRecorder,
    own_room: RoomClient,
    items: list[int],
    other_process: OtherProcess,
    library: list[int],
) -> None:
    def types_after(code: str) -> list[str]:
        services = "from apps.playlist.services import *; from apps.playlist import services\n"
        return event_recorder.events_of(lambda: other_process.run(services + code), own_room)

    place = "services.Place(after_id={}, position=None)"
    adding = f"add_item(slug='{own_room.slug}', track_id={library[20]}, added_by='Bo', place={place})"
    assert types_after(adding.format(items[0])) == ["track.added"]
    tight = "services.Place(position=1.0000000000000002)"
    moving = (
        f"services.change_item(slug='{own_room.slug}', item_id={items[3]}, place={tight}, is_playing=None)"
    )
    assert types_after(moving) == ["track.moved", "playlist.reordered"]
    assert Queue(own_room.fetch()).playing_id == items[0]


def test_a_rollback_in_another_process_sends_nothing(
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
