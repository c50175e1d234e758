"""Plain Daphne and uvicorn send a socket the same bytes as the short way out, and serve all listeners."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.conftest import ReadyMadeData
from tests.live.laws import check_laws
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.raw_sockets import RawSocket, event_seq, raw_socket
from tests.live.rooms import append_elsewhere, client_of, new_room, queued, vote
from tests.live.writers import Crowd
from tests.processes import TuttiServer, Uvicorn

PATIENCE_SECONDS = 120.0
VOTES = 40
SEED = 10
WRITERS = 4
WRITES = 30


@pytest.fixture
def one(servers: dict[str, TuttiServer]) -> TuttiServer:
    return servers["fast"]


@pytest.fixture
async def patience() -> AsyncIterator[None]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        yield


async def test_each_sends_the_same_bytes(servers: dict[str, TuttiServer], one: TuttiServer, patience: None):
    room = new_room(one)
    item_id = queued(one, room, number=3)
    start = await replica_of(one.base_url, room)
    position = (start.epoch, 0)
    async with AsyncExitStack() as opened:
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

    told = {name: without_pings(socket) for name, socket in sockets.items()}
    assert told["fast"] == told["daphne"] == told["uvicorn"]
    assert len(re.findall(rb'"type":"track.voted"', told["fast"])) == VOTES


def without_pings(socket: RawSocket) -> bytes:
    """All that came but for what uvicorn adds by itself."""
    return re.sub(rb"\x89\x04.{4}", b"", socket.read_bytes, flags=re.DOTALL)


@pytest.mark.usefixtures("postgres", "redis")
async def test_every_kind_of_listener_is_served_without_it_on_postgresql_and_redis(
    ready_made_data: ReadyMadeData,
):
    """On SQLite: test_joins_under_load."""
    with Uvicorn(**ready_made_data.options("server")) as server:
        room = new_room(server)
        start = await replica_of(server.base_url, room)
        crowd = Crowd([server.base_url], room=room, track_ids=range(1, WRITERS + 1), seed=SEED)
        async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
            async with crowd.writing():
                await crowd.accepted(WRITES, 30)
                for listener in listeners:
                    await listener.come_back(server.base_url)
            item_id = queued(server, room)
            await append_elsewhere(server, item_id)

            await check_laws(server.base_url, room, crowd.ledger, listeners)
