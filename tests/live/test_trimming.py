"""The log keeps its latest part; whoever lacks what is gone takes a snapshot, and nobody a part."""

from collections.abc import Iterator

import pytest

from tests.conftest import ReadyMadeData, Size
from tests.live.listeners import KINDS, all_open, all_reached, replica_of
from tests.live.replica import Replica
from tests.live.rooms import APPENDED, append_elsewhere, manage, new_room, queued, shell
from tests.processes import TuttiServer

KEPT = 50
# More than one append trims: the first of them are gone before anybody can have read them.
AT_ONCE = 300
OLD = 20
SECONDS = 15.0
COUNTED = """
from apps.realtime.models import Event
print(Event.objects.filter(stream__name={room!r}).count())
"""
AGED = """
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from apps.realtime.models import Event
events = Event.objects.filter(stream__name={room!r}, seq__lte={seq})
events.update(created_at=timezone.now() - timedelta(days=8))
with transaction.atomic():
    {trim}
"""


@pytest.fixture(scope="module")
def forgetful_server(size: Size, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    settings = {"EVENT_LOG_KEEP_EVENTS": str(KEPT)}
    with TuttiServer(**ready_made_data.options(size), environment=settings) as server:
        yield server


async def test_listeners_that_the_log_has_overtaken_take_a_snapshot_and_go_on(forgetful_server: TuttiServer):
    server, room = forgetful_server, new_room(forgetful_server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)

    async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        await append_elsewhere(server, item_id, number=AT_ONCE, at_once=AT_ONCE)
        await all_reached(listeners, start.seq + AT_ONCE, SECONDS)
        await append_elsewhere(server, item_id)
        await all_reached(listeners, start.seq + AT_ONCE + 1, SECONDS)

        now = await replica_of(server.base_url, room)
        for listener in listeners:
            assert listener.replica.snapshots == 1, listener
            assert [event["seq"] for event in listener.replica.events] == [now.seq]
            assert listener.replica.items == now.items


async def test_resume_at_the_edge_of_a_trimmed_log(forgetful_server: TuttiServer):
    server, room = forgetful_server, new_room(forgetful_server)
    await append_elsewhere(server, queued(server, room), number=2 * KEPT)
    await manage(server, "trim")
    now = await replica_of(server.base_url, room)
    kept = int((await shell(server, COUNTED.format(room=room)))[-1])
    assert kept == KEPT

    for kind in KINDS:
        for missed, is_exact in ((kept, True), (kept + 1, False)):
            async with kind(server.base_url, room, Replica(now.epoch, now.seq - missed)) as listener:
                await listener.reached(now.seq, SECONDS)

                assert listener.replica.snapshots == (not is_exact), listener
                assert len(listener.replica.events) == missed * is_exact


@pytest.mark.parametrize("trim", ["call_command('trim')", "append_event(**event)"])
async def test_old_events_go(server: TuttiServer, trim: str):
    """By the command, and by the next write."""
    room = new_room(server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)
    appended = APPENDED.format(item_id=item_id, number=2 * OLD, at_once=OLD, filler=0)
    aged_up_to = start.seq + OLD
    await shell(server, appended + AGED.format(room=room, seq=aged_up_to, trim=trim))

    now = await replica_of(server.base_url, room)
    for since, snapshots in ((aged_up_to, 0), (aged_up_to - 1, 1)):
        async with KINDS[0](server.base_url, room, Replica(now.epoch, since)) as listener:
            assert listener.replica.snapshots == snapshots
            assert listener.replica.seq == now.seq
