"""`manage.py new_epoch` under open connections: they take a snapshot of the new epoch and go on."""

from tests.live.conftest import Pair
from tests.live.listeners import KINDS, all_open, all_reached, replica_of
from tests.live.rooms import client_of, manage, new_room, queued, vote
from tests.processes import TuttiServer

SECONDS = 10.0


async def test_open_connections_go_on_in_the_new_epoch(server: TuttiServer):
    await check_new_epoch(server, [server])


async def test_open_connections_of_two_processes_do(pair: Pair):
    await check_new_epoch(pair.one, list(pair))


async def check_new_epoch(written_to: TuttiServer, listened_to: list[TuttiServer]) -> None:
    room = new_room(written_to)
    item_id = queued(written_to, room)
    start = await replica_of(written_to.base_url, room)
    urls = [server.base_url for server in listened_to]

    async with all_open(kind(url, room, start.copy()) for kind in KINDS for url in urls) as listeners:
        await manage(written_to, "new_epoch")
        begun = await replica_of(written_to.base_url, room)
        assert begun.epoch != start.epoch
        for listener in listeners:
            await listener.until(lambda replica=listener.replica: replica.position == begun.position, SECONDS)
            assert (listener.replica.snapshots, listener.replica.events) == (1, [])

        async with client_of(written_to) as http:
            await vote(http, room, item_id)
        await all_reached(listeners, begun.seq + 1, SECONDS)

        now = await replica_of(written_to.base_url, room)
        for listener in listeners:
            assert listener.replica.position == now.position
            assert listener.replica.items == now.items
            assert len(listener.replica.events) == 1
