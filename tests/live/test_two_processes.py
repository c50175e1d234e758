"""Two processes on one PostgreSQL and one Redis: whoever is asked, everybody hears it, in order, once."""

import pytest

from tests.live.conftest import Pair
from tests.live.laws import check_laws
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.rooms import new_room
from tests.live.writers import Crowd

SEED = 5
WRITERS = 8
WRITES = 80


@pytest.mark.parametrize("written_to", [[0], [1], [0, 1]], ids=["one", "other", "both"])
async def test_writes_through_either_process_reach_the_listeners_of_both(pair: Pair, written_to: list[int]):
    room = new_room(pair.one)
    urls = [server.base_url for server in pair]
    start = await replica_of(urls[0], room)
    crowd = Crowd(
        [urls[index] for index in written_to], room=room, track_ids=range(1, WRITERS + 1), seed=SEED
    )

    async with all_open(kind(url, room, start.copy()) for kind in KINDS for url in urls) as listeners:
        async with crowd.writing():
            await crowd.accepted(WRITES, 30)

        await check_laws(urls[0], room, crowd.ledger, listeners)
    assert len(crowd.ledger.accepted) >= WRITES
