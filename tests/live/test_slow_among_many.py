"""One that reads a byte a second, and one that reads nothing, beside 200 that read at once.

They delay no other client; they are closed, and the others get everything.
"""

import asyncio
import contextlib
import time

import pytest

from tests.live.listeners import SocketListener, replica_of
from tests.live.metrics import numbers
from tests.live.raw_sockets import SMALL_BUFFER, ChecksumReader, RawSocket, event_seq, raw_socket
from tests.live.rooms import append_elsewhere, client_of, new_room, queued, vote
from tests.processes import TuttiServer
from tests.services import wait_for

QUICK = 200
VOTES = 10
# Linux holds up to 4 MiB for a client by itself, the server a little more. The first, of 400 bytes, leave
# the slow one connected, the others do not.
SOME, LONG_SOME = 60, 200
FLOOD, FILLER = 240, 30_000
# Of the flood: half of what may wait for a client (1 MiB), so that one that reads is never closed.
AT_ONCE = 16
WITHIN_SECONDS = 120.0
# From the answer to a write until the last of the 200 has it: milliseconds on an idle machine.
DELAY_SECONDS = 2.0


# Plain Daphne does not expose how much a socket holds: there only pings find a client that does not read.
@pytest.mark.parametrize("kind", ["fast", "uvicorn"])
async def test_a_slow_reader_delays_no_other_client_and_is_closed(
    servers: dict[str, TuttiServer], kind: str, pytestconfig: pytest.Config
):
    some = LONG_SOME if pytestconfig.getoption("--long") else SOME
    server = servers[kind]
    url, room = server.base_url, new_room(server)
    item_id = queued(server, room)
    closed_before = slow_clients_closed(server)
    async with asyncio.timeout(WITHIN_SECONDS), contextlib.AsyncExitStack() as opened:
        slow = await opened.enter_async_context(raw_socket(url, room, receive_buffer=SMALL_BUFFER))
        dripping = asyncio.create_task(drip(slow))
        opened.callback(dripping.cancel)
        quick = [
            ChecksumReader(await opened.enter_async_context(raw_socket(url, room))) for _ in range(QUICK)
        ]

        top = (await replica_of(url, room)).seq + some
        reading = asyncio.create_task(all_until(quick, top))
        await append_elsewhere(server, item_id, number=some)
        await reading
        http = await opened.enter_async_context(client_of(server))
        for number in range(1, VOTES + 1):
            answered_at = await vote(http, room, item_id)
            await all_until(quick, top + number)
            assert time.time() - answered_at < DELAY_SECONDS
        assert not dripping.done(), "it was closed before it delayed another client"

        assert len({one.sum.digest() for one in quick}) == 1

        for one in quick:  # so much for all of them would be a test of this process
            one.close()
        start = await replica_of(url, room)
        stuck = await opened.enter_async_context(raw_socket(url, room, receive_buffer=SMALL_BUFFER))
        await stuck.messages_until(b"connection.established")
        async with SocketListener(url, room, start.copy()) as listener:
            for seq in range(start.seq + AT_ONCE, start.seq + FLOOD + 1, AT_ONCE):
                await append_elsewhere(server, item_id, number=AT_ONCE, filler=FILLER)
                await listener.reached(seq, WITHIN_SECONDS)
            seqs = [event["seq"] for event in listener.replica.events]
        assert seqs == list(range(start.seq + 1, start.seq + FLOOD + 1))
        wait_for(lambda: slow_clients_closed(server) == closed_before + 2)
        await ended_whole(stuck, start.seq)


def slow_clients_closed(server: TuttiServer) -> float:
    return numbers(server)["tutti_slow_clients_closed_total"]


async def all_until(quick: list[ChecksumReader], seq: int) -> None:
    await asyncio.gather(*(one.until(seq) for one in quick))


async def drip(socket: RawSocket) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            await socket.read(1)
            await asyncio.sleep(1)


async def ended_whole(stuck: RawSocket, since: int) -> None:
    """What reached it are whole events in order; after them come the reason or the close."""
    seqs = []
    try:
        while message := await stuck.message():
            seqs.append(event_seq(message))
        assert stuck.close_code == 4008
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    assert seqs == list(range(since + 1, since + 1 + len(seqs)))
    assert len(seqs) < FLOOD
