"""A server where nothing happens for a while neither complains nor falls asleep."""

import asyncio

from tests.live.conftest import Pair
from tests.live.listeners import SocketListener
from tests.live.rooms import client_of, new_room, queued, vote

# Longer than a wait for hints at the channel layer takes.
QUIET_SECONDS = 6.5
ARRIVAL_SECONDS = 0.5


async def test_a_quiet_server_trusts_its_channel_layer(pair: Pair):
    room = new_room(pair.one)
    item_id = queued(pair.one, room)
    async with SocketListener(pair.other.base_url, room) as listener, client_of(pair.one) as http:
        written_before = len(pair.other.log)
        await asyncio.sleep(QUIET_SECONDS)  # the quiet is what is tested
        seq = listener.replica.seq + 1
        answered_at = await vote(http, room, item_id)
        await listener.reached(seq, ARRIVAL_SECONDS)

    assert listener.arrived_at[seq] - answered_at < ARRIVAL_SECONDS
    assert "away" not in pair.other.log[written_before:]
