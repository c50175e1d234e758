"""On a server where nothing else happens, an event comes right after the write's response; one of another
process that gives no hint, within a second.
"""

import asyncio
import statistics
from collections.abc import Iterator

import pytest

from tests.conftest import PreparedData
from tests.live.conftest import Pair, only_embedded
from tests.live.invariant_checks import check_invariants
from tests.live.listeners import KINDS, SocketListener, all_open, all_reached, replica_of
from tests.live.rooms import client_of, new_room, queued, shell, vote
from tests.live.writers import Ledger
from tests.processes import TuttiServer

WRITES = 12
# Long enough for everything in the server to fall asleep.
QUIET_SECONDS = 0.15
# Longer than a wait for hints at the channel layer takes.
LONG_QUIET_SECONDS = 6.5
LATEST_SECONDS = 0.5
# Without hints the log would be looked at every 0.25 s (SQLite) or 0.4 s: the middle one would be later.
USUAL_SECONDS = 0.03


@only_embedded
async def test_an_event_arrives_promptly_on_an_idle_server(server: TuttiServer):
    check(await delays_of_events(written_to=server, listened_to=server))


async def test_an_event_of_another_process_arrives_promptly(pair: Pair):
    check(await delays_of_events(written_to=pair.one, listened_to=pair.other))


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
    """How long after its response each of some lonely writes reached a socket."""
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


async def test_a_server_with_a_channel_layer_rarely_polls(pair: Pair):
    written_before = len(pair.other.log)
    (delay,) = await delays_of_events(
        written_to=pair.one, listened_to=pair.other, writes=1, quiet_seconds=LONG_QUIET_SECONDS
    )
    assert delay < LATEST_SECONDS
    assert "away" not in pair.other.log[written_before:]


# --- Edits in a shell --------------------------------------------------------------------------------

WITHIN_SECONDS = 1.0
# A command takes its time to start; what counts is measured from its commit.
PATIENCE_SECONDS = 10.0
NUMBER = 6
# Like a person in the shell: one edit after the other, with pauses.
EDITS = """
import time
from apps.playlist.models import PlaylistTrack
item = PlaylistTrack.objects.get(pk={item_id})
result = []
for number in range({number}):
    item.added_by = f"Ada {{number}}"
    item.save()
    result.append(time.time())
    time.sleep(0.33)
"""


# With Redis: above, and what is heard tests/invariants/test_every_event.py.
@pytest.fixture(params=["embedded", "server without Redis"])
def idle_server(request: pytest.FixtureRequest, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    if request.param == "embedded":
        yield request.getfixturevalue("servers")["fast"]
    else:
        with TuttiServer(**prepared_data.options("server") | {"redis_url": ""}) as server:
            yield server


async def test_changes_in_the_shell_are_received(idle_server: TuttiServer):
    room = new_room(idle_server)
    item_id = queued(idle_server, room)
    start = await replica_of(idle_server.base_url, room)

    async with all_open(kind(idle_server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        committed_at = await shell(idle_server, EDITS.format(item_id=item_id, number=NUMBER))
        await all_reached(listeners, start.seq + NUMBER, PATIENCE_SECONDS)

        for listener in listeners:
            arrivals = [listener.arrived_at[start.seq + 1 + index] for index in range(NUMBER)]
            delays = [arrival - commit for arrival, commit in zip(arrivals, committed_at, strict=True)]
            late = [delay for delay in delays if delay >= WITHIN_SECONDS]
            assert len(late) <= 1, f"{listener}: {delays}"  # one may have met a busy moment of the machine
        await check_invariants(idle_server.base_url, room, Ledger(), listeners)
