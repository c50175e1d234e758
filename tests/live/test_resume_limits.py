"""How much a client that was away is told event by event, and when it takes a snapshot instead."""

import pytest

from tests.live.listeners import KINDS, Listener, PollListener, replica_of
from tests.live.rooms import edit_elsewhere, new_room, queued
from tests.processes import TuttiServer

LARGEST_RESUME = 500
THOUSANDS = 2000
SECONDS = 20.0


@pytest.mark.parametrize("kind", KINDS)
async def test_resume_of_up_to_500_events_is_exact(server: TuttiServer, kind: type[Listener]):
    room = new_room(server)
    item_id = queued(server, room)
    before = await replica_of(server.base_url, room)
    edit_elsewhere(server, item_id, number=LARGEST_RESUME)
    now = await replica_of(server.base_url, room)

    async with kind(server.base_url, room, before.copy()) as listener:
        await listener.reached(before.seq + LARGEST_RESUME, SECONDS)

        assert len(listener.replica.events) == LARGEST_RESUME
        assert listener.replica.snapshots == 0
        assert listener.replica.items == now.items
        assert [frame["payload"]["recovered"] for frame in listener.of_type("resumed")] in ([True], [])


@pytest.mark.parametrize("missed", [LARGEST_RESUME + 1, THOUSANDS])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not PollListener])
async def test_more_are_a_snapshot_behind_which_it_goes_on(
    server: TuttiServer, kind: type[Listener], missed: int
):
    room = new_room(server)
    item_id = queued(server, room)
    before = await replica_of(server.base_url, room)
    edit_elsewhere(server, item_id, number=missed)

    async with kind(server.base_url, room, before.copy()) as listener:
        assert listener.replica.snapshots == 1
        assert listener.replica.events == []
        assert listener.replica.seq == before.seq + missed
        assert [frame["payload"]["recovered"] for frame in listener.of_type("resumed")] == [False]
        edit_elsewhere(server, item_id)
        await listener.reached(before.seq + missed + 1, SECONDS)

        assert listener.replica.items == (await replica_of(server.base_url, room)).items


async def test_a_poller_takes_thousands_in_portions(server: TuttiServer):
    room = new_room(server)
    item_id = queued(server, room)
    before = await replica_of(server.base_url, room)
    edit_elsewhere(server, item_id, number=THOUSANDS)

    async with PollListener(server.base_url, room, before) as listener:
        await listener.reached(listener.replica.seq + THOUSANDS, SECONDS)

        assert len(listener.replica.events) == THOUSANDS
        assert listener.replica.items == (await replica_of(server.base_url, room)).items
