"""`daphne config.asgi:application` and `uvicorn` by themselves serve sockets, streams and polls as well."""

import pytest

from tests.conftest import ReadyMadeData, Size
from tests.live.laws import check_laws
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.rooms import append_elsewhere, new_room, queued
from tests.live.writers import Crowd
from tests.processes import PlainDaphne, Uvicorn

SEED = 10
WRITERS = 4
WRITES = 60


@pytest.mark.parametrize("kind_of_server", [PlainDaphne, Uvicorn])
async def test_every_kind_of_listener_is_served_without_the_short_way_out(
    kind_of_server: type[PlainDaphne], size: Size, ready_made_data: ReadyMadeData
):
    with kind_of_server(**ready_made_data.options(size)) as server:
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
