"""The short way out, plain Daphne and uvicorn send a socket the same bytes, and bound what waits for it."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack

import pytest

from tests.conftest import ReadyMadeData
from tests.live.listeners import SocketListener, replica_of
from tests.live.raw_sockets import SMALL_BUFFER, RawSocket, event_seq, raw_socket
from tests.live.rooms import append_elsewhere, client_of, new_room, queued, vote
from tests.processes import PlainDaphne, TuttiServer, Uvicorn

PATIENCE_SECONDS = 120.0
KINDS: dict[str, type[TuttiServer]] = {"fast": TuttiServer, "daphne": PlainDaphne, "uvicorn": Uvicorn}
VOTES = 40
# Together more than Linux holds for a client by itself (up to 4 MiB) and the server may besides.
FLOOD, FILLER = 1200, 6000


@pytest.fixture(scope="module")
def servers(ready_made_data: ReadyMadeData) -> Iterator[dict[str, TuttiServer]]:
    """One of each kind, all on the same database."""
    data = ready_made_data.options("embedded")
    environment = {"EVENT_LOG_KEEP_EVENTS": "100000"}
    with ExitStack() as running:
        yield {
            name: running.enter_context(kind(**data, environment=environment)) for name, kind in KINDS.items()
        }


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


@pytest.mark.parametrize("kind", ["fast", "uvicorn"])
async def test_who_does_not_read_is_closed_and_the_others_get_everything(
    servers: dict[str, TuttiServer], kind: str, patience: None
):
    server = servers[kind]
    room = new_room(server)
    item_id = queued(server, room)
    start = await replica_of(server.base_url, room)
    reading = SocketListener(server.base_url, room, start.copy())
    async with reading, raw_socket(server.base_url, room, receive_buffer=SMALL_BUFFER) as stuck:
        await stuck.messages_until(b"connection.established")
        await append_elsewhere(server, item_id, number=FLOOD, filler=FILLER)
        await reading.reached(start.seq + FLOOD, PATIENCE_SECONDS)
        await closed_as_slow(server)

        seqs = [event["seq"] for event in reading.replica.events]
        assert seqs == list(range(start.seq + 1, start.seq + FLOOD + 1))
        await ended_whole(stuck, start.seq)


async def closed_as_slow(server: TuttiServer) -> None:
    async with client_of(server) as http:
        while True:
            metrics = (await http.get("/metrics")).text
            if re.search(r"^tutti_slow_clients_closed_total [1-9]", metrics, re.MULTILINE):
                return
            await asyncio.sleep(0.05)


async def ended_whole(stuck: RawSocket, since: int) -> None:
    """What reached it are whole events in order; behind them it is told why, or hung up on."""
    seqs = []
    try:
        while message := await stuck.message():
            seqs.append(event_seq(message))
        assert stuck.close_code == 4008
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    assert seqs == list(range(since + 1, since + 1 + len(seqs)))
    assert len(seqs) < FLOOD
