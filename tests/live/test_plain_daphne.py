"""`daphne config.asgi:application` by itself serves sockets, streams and polls as well."""

from tests.conftest import ReadyMadeData, Size
from tests.live.laws import check_laws
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.rooms import append_elsewhere, new_room, queued
from tests.live.writers import Crowd
from tests.processes import PlainDaphne

SEED = 10
WRITERS = 4
WRITES = 60


async def test_plain_daphne_serves_every_kind_of_listener(size: Size, ready_made_data: ReadyMadeData):
    with PlainDaphne(**ready_made_data.options(size)) as server:
        room = new_room(server)
        start = await replica_of(server.base_url, room)
        tracks = range(1, WRITERS + 1)
        crowd = Crowd([server.base_url], room=room, track_ids=tracks, seed=SEED)
        async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
            async with crowd.writing():
                await crowd.accepted(WRITES, 30)
                for listener in listeners:
                    await listener.come_back(server.base_url)
            item_id = queued(server, room)
            await append_elsewhere(server, item_id)

            await check_laws(server.base_url, room, crowd.ledger, listeners)
