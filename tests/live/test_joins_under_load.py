"""Joining while events flow: each client goes on exactly from where it was, or from where it was told."""

import asyncio
import random

import pytest

from tests.live.conftest import KINDS_OF_SERVER
from tests.live.laws import SETTLE_SECONDS, check_laws
from tests.live.listeners import KINDS, Listener, SocketListener, all_reached, replica_of
from tests.live.replica import Replica
from tests.live.rooms import new_room
from tests.live.writers import Crowd
from tests.processes import TuttiServer

SEED = 8
JOINS = 48
AT_ONCE = 12
WRITERS = 8


@pytest.mark.parametrize("kind", [*KINDS_OF_SERVER, "server"])
async def test_joins_while_events_flow_get_an_exact_continuation(request: pytest.FixtureRequest, kind: str):
    servers = request.getfixturevalue("pair" if kind == "server" else "servers")
    server: TuttiServer = servers.one if kind == "server" else servers[kind]
    chance = random.Random(SEED)
    url, room = server.base_url, new_room(server)
    crowd = Crowd([url], room=room, track_ids=range(1, WRITERS + 1), seed=SEED)
    with_state: list[Listener] = []
    bare: list[Listener] = []

    async with crowd.writing():
        await crowd.accepted(20, 30)
        known = await replica_of(url, room)
        for turn in range(JOINS // AT_ONCE):
            if turn % 3 == 0:
                known = await replica_of(url, room)
            joining = [joiner(url, room, known, chance) for _ in range(AT_ONCE)]
            with_state += [listener for listener in joining if listener.is_resuming]
            bare += [listener for listener in joining if not listener.is_resuming]
            await asyncio.gather(*(listener.open() for listener in joining))
            await asyncio.gather(*(ask_again(listener, chance) for listener in joining))
        await crowd.accepted(20, 30)
    try:
        now = await check_laws(url, room, crowd.ledger, with_state)
        await all_reached(bare, now.seq, SETTLE_SECONDS)
        assert {listener.replica.position for listener in bare} == {now.position}
        assert len(with_state) > JOINS / 4 < len(bare)
        for listener in with_state + bare:
            seqs = [event["seq"] for event in listener.replica.events]
            assert seqs == list(range(now.seq - len(seqs) + 1, now.seq + 1)), "asking made it miss an event"
        assert sum(listener.replica.snapshots for listener in with_state) > JOINS / 8
        assert any(listener.replica.events and not listener.replica.snapshots for listener in with_state)
    finally:
        await asyncio.gather(*(listener.close() for listener in with_state + bare))


def joiner(url: str, room: str, known: Replica, chance: random.Random) -> Listener:
    """One that knows a moment, or one that can't be continued, or one that only wants what comes."""
    replica = chance.choice([known.copy(), known.copy(), Replica("another-epoch", 3), None, None, None])
    return chance.choice(KINDS)(url, room, replica)


async def ask_again(listener: Listener, chance: random.Random) -> None:
    """Some sockets want the state once more, in the middle of the events."""
    if isinstance(listener, SocketListener) and listener.is_resuming and chance.random() < 0.5:
        await listener.send({"type": "snapshot"})
