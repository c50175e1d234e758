"""Every event of the table, through REST, a shell in another process and the admin: fold equals fetch."""

from collections.abc import Callable

import pytest

from tests.contract.queues import Queue
from tests.event_table import WAYS, Stage, writes
from tests.fold import EVENT_TYPES
from tests.invariants.admin_site import AdminSite
from tests.invariants.conftest import NewTracks
from tests.invariants.event_recorder import EventRecorder
from tests.invariants.other_process import OtherProcess
from tests.invariants.rooms import RoomClient


@pytest.mark.parametrize("way", WAYS)
def test_every_event_arrives_and_folds_to_the_fetched_state(
    way: str,
    event_recorder: EventRecorder,
    own_room: RoomClient,
    admin: AdminSite,
    other_process: OtherProcess,
    new_tracks: NewTracks,
    pk_of: Callable[[RoomClient], int],
) -> None:
    """A socket that was open before receives each write; without an event, or a new type, it fails."""
    queue = Queue(own_room.http, own_room.slug, new_tracks(20))
    stage = Stage(queue, admin.http, other_process.run, pk_of(own_room))
    for write, causes in writes(way):
        stage.prepare()
        reported = event_recorder.events_of(lambda write=write: write.carry_out(stage), own_room)  # type: ignore[misc]
        assert reported == causes, write
    assert event_recorder.heard_types == EVENT_TYPES
