"""The log keeps its latest part; whoever lacks what is gone takes a snapshot, and nobody a part."""

import pytest

from tests.conftest import StartServer
from tests.live.listeners import KINDS, Listener, all_open, all_reached, replica_of
from tests.live.replica import Replica
from tests.live.rooms import edit_elsewhere, manage, new_room, queued
from tests.processes import TuttiServer

KEPT = 50
# More than one append trims: the first of them are gone before anybody can have read them.
AT_ONCE = 300
OLD = 20
SECONDS = 15.0
AGED = """
from datetime import timedelta
from django.utils import timezone
from apps.realtime.models import Event
events = Event.objects.filter(stream__name={room!r}, seq__lte={seq})
print(events.update(created_at=timezone.now() - timedelta(days=8)))
"""


async def test_listeners_that_the_log_has_overtaken_take_a_snapshot_and_go_on(start_server: StartServer):
    server = start_server(environment={"EVENT_LOG_KEEP_EVENTS": str(KEPT)})
    room = new_room(server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)

    async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        edit_elsewhere(server, item_id, number=AT_ONCE, at_once=AT_ONCE)
        await all_reached(listeners, start.seq + AT_ONCE, SECONDS)
        edit_elsewhere(server, item_id)
        await all_reached(listeners, start.seq + AT_ONCE + 1, SECONDS)

        now = await replica_of(server.base_url, room)
        for listener in listeners:
            assert listener.replica.snapshots == 1, listener
            assert [event["seq"] for event in listener.replica.events] == [now.seq]
            assert listener.replica.items == now.items


@pytest.mark.parametrize("kind", KINDS)
async def test_resume_at_the_edge_of_a_trimmed_log(trimmed: tuple[TuttiServer, str], kind: type[Listener]):
    server, room = trimmed
    now = await replica_of(server.base_url, room)
    oldest = now.seq - await kept_in_log(server, room) + 1

    for since, is_exact in ((oldest - 1, True), (oldest - 2, False)):
        async with kind(server.base_url, room, Replica(now.epoch, since)) as listener:
            await listener.reached(now.seq, SECONDS)

            assert listener.replica.snapshots == (not is_exact)
            assert len(listener.replica.events) == (now.seq - since) * is_exact


@pytest.fixture
def trimmed(start_server: StartServer) -> tuple[TuttiServer, str]:
    server = start_server(environment={"EVENT_LOG_KEEP_EVENTS": str(KEPT)})
    room = new_room(server)
    item_id = queued(server, room)
    edit_elsewhere(server, item_id, number=AT_ONCE, at_once=AT_ONCE)
    manage(server, "trim")
    return server, room


async def kept_in_log(server: TuttiServer, room: str) -> int:
    kept = int(manage(server, "shell", "-v", "0", "-c", COUNT.format(room=room)))
    assert 0 < kept <= KEPT + 1
    return kept


@pytest.mark.parametrize("trims", ["the command", "the next write"])
async def test_old_events_go(server: TuttiServer, trims: str):
    room = new_room(server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)
    edit_elsewhere(server, item_id, number=2 * OLD)
    aged_up_to = start.seq + OLD
    manage(server, "shell", "-v", "0", "-c", AGED.format(room=room, seq=aged_up_to))

    if trims == "the command":
        manage(server, "trim")
    else:
        edit_elsewhere(server, item_id)

    now = await replica_of(server.base_url, room)
    for since, snapshots in ((aged_up_to, 0), (aged_up_to - 1, 1)):
        async with KINDS[0](server.base_url, room, Replica(now.epoch, since)) as listener:
            assert listener.replica.snapshots == snapshots
            assert listener.replica.seq == now.seq
