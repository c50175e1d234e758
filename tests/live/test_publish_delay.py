"""On a server where nothing else happens, an event is there when the write is answered."""

import asyncio
import statistics

from tests.live.conftest import Pair, only_embedded
from tests.live.listeners import SocketListener
from tests.live.rooms import client_of, new_room, queued, vote
from tests.processes import TuttiServer

WRITES = 20
# Long enough for everything in the server to fall asleep.
QUIET_SECONDS = 0.15
# Longer than a wait for hints at the channel layer takes.
LONG_QUIET_SECONDS = 6.5
LATEST_SECONDS = 0.5
# Without hints the log would be looked at every 0.25 s (SQLite) or 0.4 s: the middle one would be later.
USUAL_SECONDS = 0.03


@only_embedded
async def test_event_comes_promptly_on_an_idle_server(server: TuttiServer):
    delays = await delays_of_events(written_to=server, listened_to=server)

    check(delays)


async def test_event_of_another_process_comes_promptly(pair: Pair):
    delays = await delays_of_events(written_to=pair.one, listened_to=pair.other)

    check(delays)


def check(delays: list[float]) -> None:
    shown = [round(delay, 3) for delay in delays]
    assert max(delays) < LATEST_SECONDS, shown
    assert statistics.median(delays) < USUAL_SECONDS, shown


async def delays_of_events(
    *,
    written_to: TuttiServer,
    listened_to: TuttiServer,
    writes: int = WRITES,
    quiet_seconds: float = QUIET_SECONDS,
) -> list[float]:
    """How long after its answer each of some lonely writes reached a socket."""
    room = new_room(written_to)
    item_id = queued(written_to, room)
    delays = []
    async with client_of(written_to) as http, SocketListener(listened_to.base_url, room) as listener:
        for _ in range(writes):
            await asyncio.sleep(quiet_seconds)  # the quiet is what is tested
            seq = listener.replica.seq + 1
            answered_at = await vote(http, room, item_id)
            await listener.reached(seq, LATEST_SECONDS)
            delays.append(listener.arrived_at[seq] - answered_at)
    return delays


async def test_a_quiet_server_trusts_its_channel_layer(pair: Pair):
    written_before = len(pair.other.log)
    (delay,) = await delays_of_events(
        written_to=pair.one, listened_to=pair.other, writes=1, quiet_seconds=LONG_QUIET_SECONDS
    )
    assert delay < LATEST_SECONDS
    assert "away" not in pair.other.log[written_before:]
