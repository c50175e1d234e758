"""A process that is killed under load: no accepted write is lost, and its clients go on exactly."""

import asyncio
import random

from tests.conftest import ReadyMadeData
from tests.live.conftest import Pair
from tests.live.laws import check_laws
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.rooms import new_room
from tests.live.writers import Crowd
from tests.processes import TuttiServer

SEED = 2
WRITERS = 32
# How many writes are accepted before the end comes.
MOMENTS = (5, 80)
AFTERWARDS = 40
PATIENCE_SECONDS = 45.0


async def test_clients_of_a_killed_process_go_on_at_the_other(pair: Pair):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    room = new_room(pair.one)
    start = await replica_of(pair.one.base_url, room)
    both = [server.base_url for server in pair]
    crowd = Crowd(both, room=room, track_ids=range(1, WRITERS + 1), seed=SEED)

    async with all_open(kind(url, room, start.copy()) for kind in KINDS for url in both) as listeners:
        async with crowd.writing():
            for victim, survivor in ((pair.one, pair.other), (pair.other, pair.one)):
                await crowd.accepted(chance.randint(*MOMENTS), PATIENCE_SECONDS)
                theirs = [listener for listener in listeners if listener.base_url == victim.base_url]
                victim.kill()
                await asyncio.gather(*(listener.ended(PATIENCE_SECONDS) for listener in theirs))
                await asyncio.gather(*(listener.come_back(survivor.base_url) for listener in theirs))
                await crowd.accepted(AFTERWARDS, PATIENCE_SECONDS)
                victim.start()

        await check_laws(pair.one.base_url, room, crowd.ledger, listeners)
        assert all(listener.replica.snapshots == 0 for listener in listeners)
    assert crowd.ledger.unanswered, "nothing was under way when the processes were killed"


async def test_killed_embedded_server_has_every_accepted_write(ready_made_data: ReadyMadeData):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    with TuttiServer(**ready_made_data.options("embedded")) as server:
        room = new_room(server)
        start = await replica_of(server.base_url, room)
        crowd = Crowd([server.base_url], room=room, track_ids=range(1, WRITERS + 1), seed=SEED)

        async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
            async with crowd.writing():
                for _ in range(2):
                    await crowd.accepted(chance.randint(*MOMENTS), PATIENCE_SECONDS)
                    server.kill()
                    await asyncio.gather(*(listener.ended(PATIENCE_SECONDS) for listener in listeners))
                    server.start()
                    await asyncio.gather(*(listener.come_back(server.base_url) for listener in listeners))
                await crowd.accepted(AFTERWARDS, PATIENCE_SECONDS)

            await check_laws(server.base_url, room, crowd.ledger, listeners)
            assert all(listener.replica.snapshots == 0 for listener in listeners)
        assert crowd.ledger.unanswered, "nothing was under way when the server was killed"
