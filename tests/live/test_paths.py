"""Plain Daphne and uvicorn send a socket the same bytes as the short way out, and serve all listeners."""

import asyncio
import random
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.conftest import PreparedData
from tests.live.conftest import KINDS_OF_SERVER, UVICORN_TOO
from tests.live.invariant_checks import SETTLE_SECONDS, check_invariants
from tests.live.listeners import KINDS, Listener, SocketListener, all_reached, replica_of
from tests.live.raw_sockets import RawSocket, event_seq, raw_socket
from tests.live.replica import Replica
from tests.live.rooms import append_elsewhere, client_of, new_room, queued, vote
from tests.live.writers import ConcurrentWriters
from tests.processes import TuttiServer, Uvicorn

PATIENCE_SECONDS = 120.0
VOTES = 40
SEED = 4
# In each turn every kind of listener joins with each memory, so often at once: 36 joins in one room, or with
# `--long` 2,160 in five rooms.
TURNS = 4
OF_EACH, ROOMS = 1, 1
LONG_OF_EACH, LONG_ROOMS = 12, 5
LONG_SECONDS = 1_800
WRITERS = 8


async def test_sockets_streams_and_polls_send_the_same_bytes(servers: dict[str, TuttiServer]):
    one = servers["fast"]
    room = new_room(one)
    item_id = queued(one, room, number=3)
    start = await replica_of(one.base_url, room)
    position = (start.epoch, 0)
    async with asyncio.timeout(PATIENCE_SECONDS), AsyncExitStack() as opened:
        http = await opened.enter_async_context(client_of(one))
        for _ in range(VOTES // 2):
            await vote(http, room, item_id)
        sockets = {
            name: await opened.enter_async_context(raw_socket(server.base_url, room, position=position))
            for name, server in servers.items()
        }
        for socket in sockets.values():
            await socket.messages_until(b'"type":"resumed"')
        for _ in range(VOTES // 2):
            await vote(http, room, item_id)
        last = (await replica_of(one.base_url, room)).seq
        for socket in sockets.values():
            while event_seq(await socket.message() or b"") != last:
                pass

    reported = {name: without_pings(socket) for name, socket in sockets.items()}
    assert reported["fast"] == reported["daphne"] == reported["uvicorn"]
    assert len(re.findall(rb'"type":"track.voted"', reported["fast"])) == VOTES


def without_pings(socket: RawSocket) -> bytes:
    """All that came but for what uvicorn adds by itself."""
    return re.sub(rb"\x89\x04.{4}", b"", socket.read_bytes, flags=re.DOTALL)


# --- Joining while events flow: each goes on exactly from where it was, or from the position that it received


@pytest.fixture(params=[*KINDS_OF_SERVER, "server", UVICORN_TOO])
def each(request: pytest.FixtureRequest, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """By every way out on SQLite, and by two of them on PostgreSQL and Redis."""
    if request.param == "server":
        yield request.getfixturevalue("pair").one
    elif request.param == UVICORN_TOO:
        with Uvicorn(**prepared_data.options("server")) as server:
            yield server
    else:
        yield request.getfixturevalue("servers")[request.param]


@pytest.mark.timeout(LONG_SECONDS)
async def test_clients_that_join_during_events_miss_and_repeat_none(
    each: TuttiServer, pytestconfig: pytest.Config
):
    is_long = pytestconfig.getoption("--long")
    chance = random.Random(SEED)
    for _ in range(LONG_ROOMS if is_long else ROOMS):
        await check_joins(each, LONG_OF_EACH if is_long else OF_EACH, chance)


async def check_joins(each: TuttiServer, of_each: int, chance: random.Random) -> None:
    url, room = each.base_url, new_room(each)
    clients = ConcurrentWriters([url], room=room, track_ids=range(1, WRITERS + 1), seed=SEED)
    with_state: list[Listener] = []
    bare: list[Listener] = []

    async with clients.writing():
        await clients.accepted(WRITERS, 30)
        known = await replica_of(url, room)
        for turn in range(TURNS):
            if turn % 3 == 0:
                known = await replica_of(url, room)
            joining = [kind(url, room, one) for kind in KINDS * of_each for one in memories(known)]
            with_state += [listener for listener in joining if listener.is_resuming]
            bare += [listener for listener in joining if not listener.is_resuming]
            await asyncio.gather(*(listener.open() for listener in joining))
            await asyncio.gather(*(ask_again(listener, chance) for listener in joining))
        await clients.accepted(WRITERS, 30)
    try:
        await append_elsewhere(each, queued(each, room))
        now = await check_invariants(url, room, clients.ledger, with_state)
        await all_reached(bare, now.seq, SETTLE_SECONDS)
        assert {listener.replica.position for listener in bare} == {now.position}
        for listener in with_state + bare:
            seqs = [event["seq"] for event in listener.replica.events]
            assert seqs == list(range(now.seq - len(seqs) + 1, now.seq + 1)), "asking made it miss an event"
        assert sum(listener.replica.snapshots for listener in with_state) >= len(with_state) / 2
        assert any(listener.replica.events and not listener.replica.snapshots for listener in with_state)
    finally:
        await asyncio.gather(*(listener.close() for listener in with_state + bare))


def memories(known: Replica) -> list[Replica | None]:
    """Of one that knows a moment, one that can't be continued, and one that only wants what comes."""
    return [known.copy(), Replica("another-epoch", 3), None]


async def ask_again(listener: Listener, chance: random.Random) -> None:
    """Some sockets want the state once more, in the middle of the events."""
    if isinstance(listener, SocketListener) and listener.is_resuming and chance.random() < 0.5:
        await listener.send({"type": "snapshot"})
