"""A process that is killed under load: no accepted write is lost, and its clients go on exactly."""

import asyncio
import random
from collections.abc import Iterator

import pytest

from tests.conftest import PreparedData, Size
from tests.live.invariant_checks import check_invariants
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.rooms import new_room
from tests.live.writers import ConcurrentWriters
from tests.processes import TuttiServer

SEED = 6
WRITERS, LONG_WRITERS = 12, 32
# How many writes are accepted before the end comes.
MOMENTS = (5, 40)
AFTERWARDS, LONG_AFTERWARDS = 12, 40
PATIENCE_SECONDS = 45.0


@pytest.fixture
def processes(
    size: Size, prepared_data: PreparedData, request: pytest.FixtureRequest
) -> Iterator[list[TuttiServer]]:
    """Two on PostgreSQL, where one takes over from the other; of the embedded size one, which comes back."""
    if size == "server":
        yield list(request.getfixturevalue("pair"))
        return
    with TuttiServer(**prepared_data.options(size)) as alone:
        yield [alone]


async def test_no_accepted_write_is_lost_and_clients_resume_exactly(
    processes: list[TuttiServer], pytestconfig: pytest.Config
):
    is_long = pytestconfig.getoption("--long")
    writers, afterwards = (LONG_WRITERS, LONG_AFTERWARDS) if is_long else (WRITERS, AFTERWARDS)
    chance = random.Random(SEED)
    one, other = processes[0], processes[-1]
    room = new_room(one)
    start = await replica_of(one.base_url, room)
    urls = [server.base_url for server in processes]
    clients = ConcurrentWriters(urls, room=room, track_ids=range(1, writers + 1), seed=SEED)

    async with all_open(kind(url, room, start.copy()) for kind in KINDS for url in urls) as listeners:
        async with clients.writing():
            for victim, survivor in ((one, other), (other, one)):
                await clients.accepted(chance.randint(*MOMENTS), PATIENCE_SECONDS)
                theirs = [listener for listener in listeners if listener.base_url == victim.base_url]
                victim.kill()
                await asyncio.gather(*(listener.ended(PATIENCE_SECONDS) for listener in theirs))
                if victim is survivor:
                    victim.start()
                await asyncio.gather(*(listener.come_back(survivor.base_url) for listener in theirs))
                await clients.accepted(afterwards, PATIENCE_SECONDS)
                if victim is not survivor:
                    victim.start()

        await check_invariants(one.base_url, room, clients.ledger, listeners)
        assert all(listener.replica.snapshots == 0 for listener in listeners)
    assert clients.ledger.unanswered, "nothing was under way when the processes were killed"
