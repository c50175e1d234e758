"""How much a client that was away is told event by event, and when it takes a snapshot instead."""

import pytest

from tests.live.listeners import KINDS, Listener, PollListener, replica_of
from tests.live.replica import Replica
from tests.live.rooms import append_elsewhere, client_of, new_room, queued, vote
from tests.processes import TuttiServer

LARGEST_RESUME = 500
THOUSANDS = 2000
SECONDS = 20.0


async def test_a_client_that_was_away_goes_on_exactly_or_with_a_snapshot(server: TuttiServer):
    room = new_room(server)
    item_id = queued(server, room)
    before = await replica_of(server.base_url, room)
    await append_elsewhere(server, item_id, number=THOUSANDS)
    now = await replica_of(server.base_url, room)
    assert now.seq == before.seq + THOUSANDS

    for kind in KINDS:
        await check_exact(kind(server.base_url, room, away(before, now.seq - LARGEST_RESUME)), now)
    for kind in [kind for kind in KINDS if kind is not PollListener]:
        await check_snapshot(kind(server.base_url, room, away(before, now.seq - LARGEST_RESUME - 1)), now)
        await check_snapshot(kind(server.base_url, room, before.copy()), now)
        await check_snapshot(kind(server.base_url, room, Replica(now.epoch, now.seq + 1)), now)
    # A poll is answered in portions, so there is no end to what it can catch up with.
    await check_exact(PollListener(server.base_url, room, before.copy()), now)


def away(before: Replica, seq: int) -> Replica:
    return Replica(before.epoch, seq, before.items)


async def check_exact(listener: Listener, now: Replica) -> None:
    missed = now.seq - listener.replica.seq
    async with listener:
        await listener.reached(now.seq, SECONDS)

        assert len(listener.replica.events) == missed
        assert listener.replica.snapshots == 0
        assert listener.replica.items == now.items
        assert [frame["payload"]["recovered"] for frame in listener.of_type("resumed")] in ([True], [])


async def check_snapshot(listener: Listener, now: Replica) -> None:
    async with listener:
        assert listener.replica.snapshots == 1
        assert listener.replica.events == []
        assert listener.replica.position == now.position
        assert listener.replica.items == now.items
        assert [frame["payload"]["recovered"] for frame in listener.of_type("resumed")] == [False]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not PollListener])
async def test_behind_the_snapshot_it_goes_on(server: TuttiServer, kind: type[Listener]):
    room = new_room(server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)

    async with kind(server.base_url, room, Replica("an-old-epoch", 7)) as listener, client_of(server) as http:
        await vote(http, room, item_id)
        await listener.reached(start.seq + 1, SECONDS)

        assert listener.replica.snapshots == 1
        assert listener.replica.items == (await replica_of(server.base_url, room)).items
